import { tests } from "./index.js";

export default tests({ include: ["*.test.js"] });
