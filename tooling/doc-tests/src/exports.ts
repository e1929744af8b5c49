import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

/** A name that an entry exports, with the file that declares it. */
export interface Exported {
  readonly name: string;
  readonly file: string;
}

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022, true);
}

/** What the entry of a package re-exports by name, values and types. */
export function exportsOf(entry: string): Exported[] {
  return parse(entry).statements.flatMap((statement) => {
    if (!ts.isExportDeclaration(statement) || statement.exportClause === undefined) return [];
    if (!ts.isNamedExports(statement.exportClause)) return [];
    const from = statement.moduleSpecifier;
    if (from === undefined || !ts.isStringLiteral(from) || !from.text.startsWith(".")) return [];
    const file = path.resolve(path.dirname(entry), from.text);
    return statement.exportClause.elements.map((element) => ({
      name: (element.propertyName ?? element.name).text,
      file,
    }));
  });
}

/** Exports of an entry whose declaration has no doc comment. */
export function undocumented(entry: string): string[] {
  const files = new Map<string, ts.SourceFile>();
  return exportsOf(entry)
    .filter(({ name, file }) => {
      const source = files.get(file) ?? parse(file);
      files.set(file, source);
      const declarations = source.statements.filter((statement) => namesOf(statement).includes(name));
      // A file that passes on what another declares is looked through there.
      if (declarations.length === 0) return !exportsOf(file).some((inner) => inner.name === name);
      return !declarations.some((statement) => ts.getJSDocCommentsAndTags(statement).length > 0);
    })
    .map(({ name }) => name);
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map((declaration) => declaration.name.getText());
  if (
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement)
  )
    return statement.name === undefined ? [] : [statement.name.text];
  return [];
}

/** Exports of an entry that the README does not name in code. */
export function missingInReadme(entry: string, readme: string): string[] {
  const text = existsSync(readme) ? readFileSync(readme, "utf8") : "";
  const code = new Set([...text.matchAll(/`([^`\n]+)`/g)].flatMap(([, span]) => span.match(/[\w$]+/g) ?? []));
  return exportsOf(entry)
    .map(({ name }) => name)
    .filter((name) => !code.has(name));
}
