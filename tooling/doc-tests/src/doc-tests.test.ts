import { describe, expect, it } from "vitest";
import { says } from "./compare.ts";
import { examplesIn } from "./find.ts";
import { runExample } from "./run.ts";

const modules = {
  own: {
    add: (a: number, b: number) => a + b,
    name: "own",
    fail: () => {
      throw new RangeError("too large, got 7");
    },
  },
  below: { name: "below", double: (a: number) => 2 * a },
};

function run(code: string, inComment = true): Promise<string[]> {
  return runExample({ file: "a.ts", line: 10, code, inComment }, modules);
}

describe("finding examples", () => {
  it("reads ts blocks of Markdown, with their lines", () => {
    const text = "# Title\n\n```sh\nnpm i\n```\n\n```ts\nconst a = 1;\n  a;\n```\n";
    expect(examplesIn("README.md", text)).toEqual([
      { file: "README.md", line: 8, code: "const a = 1;\n  a;", inComment: false },
    ]);
  });

  it("reads ts blocks of doc comments and nothing else", () => {
    const text = "const a = 1;\n/**\n * Adds.\n *\n * ```ts\n * add(1, 2); // 3\n * ```\n */\n// ```ts\n";
    expect(examplesIn("src/a.ts", text)).toEqual([
      { file: "src/a.ts", line: 6, code: "add(1, 2); // 3", inComment: true },
    ]);
  });

  it("takes the indentation of a block in a list off", () => {
    expect(examplesIn("README.md", "- one\n\n  ```ts\n  f({\n    a: 1,\n  });\n  ```\n")[0].code).toBe(
      "f({\n  a: 1,\n});",
    );
  });

  it("complains about a block without an end", () => {
    expect(() => examplesIn("README.md", "\n```ts\na;\n")).toThrow("README.md:2: the code block does not end");
  });
});

describe("running an example", () => {
  it.each([
    ["an expression", "add(1, 2); // 3"],
    ["nested arrays", "[[1, 2], [3]]; // [[1, 2], [3]]"],
    ["an object", "({ a: 1, b: 'x' }); // { a: 1, b: \"x\" }"],
    ["a string with or without quotes", "name; // own\nname; // 'own'"],
    ["a const", "const sum: number = add(1, 2); // 3"],
    ["a promise", "await Promise.resolve(4); // 4"],
    ["a digit left open", "1 / 3; // 0.3333…"],
    ["an error", "fail(); // RangeError: too large, got 7"],
    ["an error with an open end", "fail(); // RangeError: too large…"],
    ["an error without its message", "fail(); // RangeError…"],
    ["printed values", 'console.log("a", 1, [2]); // a 1 [2]'],
    ["printed lines", "console.log(1);\n// 1\n\n// A remark."],
    ["what a loop prints", "for (const i of [1, 2]) {\n  console.log(i);\n}\n// 1\n// 2"],
    ["an import", 'import { add as plus, type Sum } from "own";\nplus(1, 2); // 3'],
    ["an import of everything", 'import * as own from "own";\nown.add(1, 2); // 3'],
    ["a name of its own", "const add = 5; // 5"],
    ["a name of a package below", "double(2); // 4"],
    ["remarks on lines of their own", "// First.\nconst { a } = { a: 1 };\n// Then.\nadd(a, 2); // 3"],
    ["types", "interface A { a: number }\nconst a = { a: 1 } satisfies A;\na.a; // 1"],
  ])("accepts %s", async (_, code) => {
    expect(await run(code)).toEqual([]);
  });

  it.each([
    ["a wrong value", "add(1, 2); // 4", "a.ts:10: add(1, 2);\n  says 4\n  gave 3"],
    ["a wrong const", "\nconst a = [1]; // [2]", "a.ts:11: const a = [1];\n  says [2]\n  gave [ 1 ]"],
    ["a wrong output", "console.log(1); // 2", "a.ts:10: console.log(1);\n  says 2\n  gave 1"],
    ["a missing line", "console.log(1);\nconsole.log(2);\n// 1\n// 2", "a.ts:10: console.log(1);\n  says nothing"],
    ["output without a comment", "console.log(1);\n\n// 1", "belongs into a comment"],
    ["another error", "fail(); // TypeError: x", "says TypeError: x\n  gave RangeError: too large, got 7"],
    ["an error that does not come", "add(1, 2); // RangeError: x", "says RangeError: x\n  gave 3"],
    ["a remark beside a statement", "const { a } = { a: 1 }; // the first", "no single value"],
  ])("reports %s", async (_, code, message) => {
    const wrong = await run(code);
    expect(wrong.length).toBeGreaterThan(0);
    expect(wrong[0]).toContain(message);
  });

  it.each([
    ["an error that is not stated", "add(1, 2);\nfail();", "a.ts:11: fail();\n  threw RangeError: too large, got 7"],
    ["an unknown module", 'import { a } from "other";', "a.ts:10: no module other was given"],
    ["a name out of scope", "missing(1);", "missing is not defined"],
  ])("fails at %s", async (_, code, message) => {
    await expect(run(code)).rejects.toThrow(message);
  });

  it("gives a README only what it imports", async () => {
    await expect(run("add(1, 2); // 3", false)).rejects.toThrow("add is not defined");
  });
});

describe("comparing", () => {
  it.each([
    ["[1,2]", "[ 1, 2 ]", true],
    ["{ a: 'b' }", '{a: "b"}', true],
    ["1 2", "12", false],
    ["…", "anything", true],
    ["a…c", "abc", true],
    ["a…c", "abcd", false],
    ["a…b…a", "aba", true],
    ["ab…ba", "aba", false],
    ["-0", "0", false],
  ])("%s against %s is %s", (expected, actual, result) => {
    expect(says(expected, actual)).toBe(result);
  });
});
