import ts from "typescript";

/** A statement of an example, with what the text says it gives. */
export interface Step {
  /** The line of the example, from 0. */
  readonly line: number;
  readonly code: string;
  /** The comment on the statement's own last line. */
  readonly beside: string | undefined;
  /** The comment lines right below the statement. */
  readonly below: string | undefined;
}

/** An example made ready to run. */
export interface Plan {
  readonly steps: readonly Step[];
  /** The body of an async function of `$import`, `$begin`, `$end`, `$value` and `console`. */
  readonly body: string;
}

/**
 * Turns an example into JavaScript that reports each top-level statement: an expression with its value, a `const` with
 * what it was set to, and everything else with what it printed.
 */
export function planOf(code: string): Plan {
  const source = ts.createSourceFile("example.ts", code, ts.ScriptTarget.ES2022, true);
  const lines = code.split("\n");
  const steps: Step[] = [];
  const body = source.statements.map((statement) => {
    const text = statement.getText(source);
    if (ts.isImportDeclaration(statement)) return importOf(statement);
    const last = source.getLineAndCharacterOfPosition(statement.end).line;
    const beside = ts
      .getTrailingCommentRanges(code, statement.end)
      ?.filter(({ kind }) => kind === ts.SyntaxKind.SingleLineCommentTrivia)
      .map(({ pos, end }) => commentText(code.slice(pos, end)))[0];
    const below: string[] = [];
    for (let line = last + 1; /^\s*\/\//.test(lines[line] ?? ""); line++) below.push(commentText(lines[line]));
    const at = steps.length;
    steps.push({
      line: source.getLineAndCharacterOfPosition(statement.getStart(source)).line,
      code: text,
      beside,
      below: below.length > 0 ? below.join("\n") : undefined,
    });
    if (ts.isExpressionStatement(statement))
      return `await $value(${at}, async () => (${statement.expression.getText(source)}));`;
    return `$begin(${at});\n${text}\n$end(${at}${declaredBy(statement)});`;
  });
  const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  return { steps, body: ts.transpileModule(body.join("\n"), { compilerOptions: options }).outputText };
}

function commentText(comment: string): string {
  return comment.trim().replace(/^\/\/ ?/, "");
}

/** How `$end` reads the value of a statement that declares one name. */
function declaredBy(statement: ts.Statement): string {
  if (!ts.isVariableStatement(statement)) return "";
  const [declaration, ...more] = statement.declarationList.declarations;
  return more.length === 0 && ts.isIdentifier(declaration.name) ? `, () => ${declaration.name.text}` : "";
}

function importOf({ importClause, moduleSpecifier }: ts.ImportDeclaration): string {
  const from = `$import(${moduleSpecifier.getText()})`;
  if (importClause === undefined) return `${from};`;
  if (importClause.isTypeOnly) return "";
  const { name, namedBindings } = importClause;
  const out: string[] = [];
  if (name !== undefined) out.push(`const { default: ${name.text} } = ${from};`);
  if (namedBindings !== undefined && ts.isNamespaceImport(namedBindings))
    out.push(`const ${namedBindings.name.text} = ${from};`);
  if (namedBindings !== undefined && ts.isNamedImports(namedBindings)) {
    const names = namedBindings.elements
      .filter((element) => !element.isTypeOnly)
      .map((element) => `${(element.propertyName ?? element.name).text}: ${element.name.text}`);
    out.push(`const { ${names.join(", ")} } = ${from};`);
  }
  return out.join(" ");
}
