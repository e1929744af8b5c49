import { serve } from "./serve.ts";
import { unrollWork } from "./unroll-work.ts";

// Unroll in a process of its own, on the same terms as its peers.
await serve({ version: "", notes: [], prepare: unrollWork });
