/** What turns inputs into an output; a `Module` that is one can be put into a `Sequential`. */
export interface Layer<In extends unknown[], Out> {
  forward(...inputs: In): Out;
}
