import { afterAll, afterEach } from "vitest";

// A test that prints hides a warning; a warning that is expected is asserted with a spy, which replaces these.

/** @type {string[]} */
let printed = [];

const methods = /** @type {const} */ (["log", "info", "warn", "error", "debug", "trace", "table", "dir"]);
for (const method of methods) {
  console[method] = new Proxy(console[method], {
    apply(print, self, values) {
      printed.push(`console.${method}: ${values.map(String).join(" ")}`);
      return Reflect.apply(print, self, values);
    },
  });
}

for (const name of /** @type {const} */ (["stdout", "stderr"])) {
  const stream = process[name];
  stream.write = new Proxy(stream.write, {
    apply(write, self, values) {
      printed.push(`process.${name}: ${String(values[0]).trimEnd()}`);
      return Reflect.apply(write, self, values);
    },
  });
}

function check() {
  if (printed.length === 0) return;
  const text = printed.join("\n");
  printed = [];
  throw new Error(`a test printed; assert it with a spy or remove it:\n${text}`);
}

afterEach(check);
afterAll(check);
