import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { applyEdit, editsIn, unsaid } from "./edits.mjs";

const guide = `# Add a thing

\`\`\`ts
nothing(); // to change
\`\`\`

New file \`src/new.ts\`:

\`\`\`typescript
export const price = "$1";

\`\`\`

In \`src/old.ts\`:

\`\`\`diff
 one
-two
+zwei
+drei $&
 three
\`\`\`
`;

describe("editsIn", () => {
  it("finds new files and changes, and leaves other blocks alone", () => {
    expect(editsIn(guide)).toEqual([
      { file: "src/new.ts", line: 7, before: undefined, after: 'export const price = "$1";\n\n' },
      { file: "src/old.ts", line: 14, before: "one\ntwo\nthree\n", after: "one\nzwei\ndrei $&\nthree\n" },
    ]);
  });

  it("says where a block is missing or does not end", () => {
    expect(() => editsIn("In `a.ts`:\n\ntext\n")).toThrow("line 1: expected a block of code for a.ts");
    expect(() => editsIn("text\nIn `a.ts`:\n\n```diff\n+a\n")).toThrow("line 2: expected a block of code for a.ts");
    expect(() => editsIn("In `a.ts`:")).toThrow("line 1: expected a block");
  });
});

describe("unsaid", () => {
  const program = `// A remark.
console.log(1); // 1
for (const x of [2, 3]) console.log("x" + x);
// x2
// x3
`;

  it("finds nothing where the comments say what is printed, in order", () => {
    expect(unsaid(program, "1\nx2\nx3\n")).toBeUndefined();
  });

  it("finds what no comment says, or only one before", () => {
    expect(unsaid(program, "1\nx4\nx3\n")).toBe("x4");
    expect(unsaid(program, "x2\n1\n")).toBe("1");
    expect(unsaid(program, "x2\nx2\n")).toBe("x2");
  });
});

describe("applyEdit", () => {
  let root = "";
  beforeEach(() => {
    root = mkdtempSync(path.join(os.tmpdir(), "unroll-edits-"));
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it("writes new files, and changes what is there", () => {
    const [fresh, change] = editsIn(guide);
    applyEdit(root, fresh);
    writeFileSync(path.join(root, "src/old.ts"), "zero\none\ntwo\nthree\nfour\n");
    applyEdit(root, change);
    expect(readFileSync(path.join(root, "src/new.ts"), "utf8")).toBe('export const price = "$1";\n\n');
    expect(readFileSync(path.join(root, "src/old.ts"), "utf8")).toBe("zero\none\nzwei\ndrei $&\nthree\nfour\n");
  });

  it("refuses what it does not find, or finds twice", () => {
    const [fresh, change] = editsIn(guide);
    expect(() => applyEdit(root, change)).toThrow("line 14: there is no src/old.ts");
    applyEdit(root, fresh);
    expect(() => applyEdit(root, fresh)).toThrow("line 7: src/new.ts is there already");
    writeFileSync(path.join(root, "src/old.ts"), "one\nthree\n");
    expect(() => applyEdit(root, change)).toThrow("src/old.ts should have these lines once, it has them 0 times");
    writeFileSync(path.join(root, "src/old.ts"), "one\ntwo\nthree\none\ntwo\nthree\n");
    expect(() => applyEdit(root, change)).toThrow("it has them 2 times");
  });
});
