/** The story's equations as TeX, by name. They reach the page as MathML, rendered while it is built. */
export const equations = {
  window: String.raw`\begin{gathered} P(x_{t+1}) = {} \\ \operatorname{softmax}\bigl(U \tanh(d + H\,[e(x_{t-n+1}); \dots; e(x_t)]) + b\bigr) \end{gathered}`,
  rnn: String.raw`\begin{gathered} h_t = \tanh(W x_t + U h_{t-1} + b) \\ P(x_{t+1}) = \operatorname{softmax}(V h_t + c) \end{gathered}`,
  loss: String.raw`L = -\frac{1}{T} \sum_{t=1}^{T} \ln P(x_{t+1})`,
  bptt: String.raw`\begin{gathered} \delta_t = \frac{\partial \ell_t}{\partial h_t} + U^\top \bigl((1 - h_{t+1}^2) \odot \delta_{t+1}\bigr) \\ \frac{\partial L}{\partial U} = \sum_t \bigl((1 - h_t^2) \odot \delta_t\bigr)\, h_{t-1}^\top \end{gathered}`,
  product: String.raw`\begin{gathered} \frac{\partial h_T}{\partial h_{T-n}} = \prod_{k=T-n+1}^{T} \operatorname{diag}(1 - h_k^2)\, U \\ \Bigl\| \frac{\partial h_T}{\partial h_{T-n}} \Bigr\| \le \sigma_{\max}(U)^n \end{gathered}`,
  clip: String.raw`g \leftarrow g \cdot \min\Bigl(1, \frac{\theta}{\lVert g \rVert}\Bigr)`,
  lstmGates: String.raw`\begin{gathered} f_t, i_t, o_t = \sigma(W_\ast x_t + U_\ast h_{t-1} + b_\ast) \\ g_t = \tanh(W_g x_t + U_g h_{t-1} + b_g) \end{gathered}`,
  lstmCell: String.raw`\begin{gathered} c_t = f_t \odot c_{t-1} + i_t \odot g_t \\ h_t = o_t \odot \tanh c_t \end{gathered}`,
  highway: String.raw`\begin{gathered} \frac{\partial c_T}{\partial c_{T-n}} = \prod_{k=T-n+1}^{T} \operatorname{diag}(f_k) \\ {} + \text{paths through the gates} \end{gathered}`,
  gru: String.raw`\begin{gathered} h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1} \\ n_t = \tanh\bigl(W_n x_t + b_n + r_t \odot (U_n h_{t-1} + c_n)\bigr) \end{gathered}`,
  attention: String.raw`\begin{gathered} y_t = \sum_{s \le t} \alpha_{ts}\, v_s \\ \alpha_{ts} = \operatorname{softmax}_s\Bigl(\frac{q_t^\top k_s}{\sqrt{d}}\Bigr) \end{gathered}`,
} as const;

export type EquationName = keyof typeof equations;
