/** A JSON value with the position where it starts, so that a complaint about its meaning can name it. */
export interface JsonNode {
  readonly at: number;
  readonly value: JsonValue;
}

/** Numbers stay text: whether `1e3` or `2.0` may stand for a size is for the reader of the value to say. */
export type JsonValue = string | boolean | null | JsonNumber | JsonNode[] | Map<string, JsonNode>;

export interface JsonNumber {
  readonly number: string;
}

/** Called with what is wrong and the index of the character at fault; must throw. */
export type Fail = (message: string, at: number) => never;

// A header nests three deep; the limit keeps hostile input from overflowing the stack.
const maxDepth = 32;
const numberPattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const hexPattern = /[0-9a-fA-F]{4}/y;
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/**
 * Parses strict JSON (RFC 8259) and refuses what `JSON.parse` lets through: a key twice in one object, of which it
 * would silently keep the last, and halves of surrogate pairs, which no UTF-8 text can hold.
 */
export function parseJson(text: string, fail: Fail): JsonNode {
  const parser = new Parser(text, fail);
  const node = parser.value(0);
  parser.end();
  return node;
}

class Parser {
  readonly #text: string;
  readonly #fail: Fail;
  #at = 0;

  constructor(text: string, fail: Fail) {
    this.#text = text;
    this.#fail = fail;
  }

  value(depth: number): JsonNode {
    this.#space();
    if (depth > maxDepth) this.#fail(`expected at most ${maxDepth} nested values`, this.#at);
    const at = this.#at;
    const first = this.#text[at];
    if (first === "{") return { at, value: this.#object(depth) };
    if (first === "[") return { at, value: this.#array(depth) };
    if (first === '"') return { at, value: this.#string() };
    if (this.#take("true")) return { at, value: true };
    if (this.#take("false")) return { at, value: false };
    if (this.#take("null")) return { at, value: null };
    const number = this.#match(numberPattern);
    if (number === undefined) return this.#expected("a JSON value");
    return { at, value: { number } };
  }

  end(): void {
    this.#space();
    if (this.#at < this.#text.length) this.#expected("the end of the JSON");
  }

  #object(depth: number): Map<string, JsonNode> {
    const entries = new Map<string, JsonNode>();
    this.#at++;
    this.#space();
    if (this.#take("}")) return entries;
    for (;;) {
      this.#space();
      const at = this.#at;
      if (this.#text[at] !== '"') this.#expected("a key in quotes");
      const key = this.#string();
      if (entries.has(key)) this.#fail(`the key ${JSON.stringify(key)} appears twice`, at);
      this.#space();
      if (!this.#take(":")) this.#expected("a colon");
      entries.set(key, this.value(depth + 1));
      this.#space();
      if (this.#take("}")) return entries;
      if (!this.#take(",")) this.#expected("a comma or a closing brace");
    }
  }

  #array(depth: number): JsonNode[] {
    const items: JsonNode[] = [];
    this.#at++;
    this.#space();
    if (this.#take("]")) return items;
    for (;;) {
      items.push(this.value(depth + 1));
      this.#space();
      if (this.#take("]")) return items;
      if (!this.#take(",")) this.#expected("a comma or a closing bracket");
    }
  }

  #string(): string {
    const start = this.#at;
    let out = "";
    this.#at++;
    for (;;) {
      const run = this.#at;
      let code = this.#text.charCodeAt(this.#at);
      while (code !== 0x22 && code !== 0x5c && code >= 0x20) code = this.#text.charCodeAt(++this.#at);
      out += this.#text.slice(run, this.#at);
      if (code === 0x22) break;
      if (code === 0x5c) out += this.#escape();
      else if (Number.isNaN(code)) this.#fail("a string does not end", start);
      else this.#fail("a string holds a control character", this.#at);
    }
    this.#at++;
    if (/\p{Surrogate}/u.test(out)) this.#fail("a string holds half of a surrogate pair", start);
    return out;
  }

  #escape(): string {
    const at = this.#at;
    const letter = this.#text[at + 1];
    this.#at += 2;
    if (letter === "u") {
      const hex = this.#match(hexPattern);
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    } else if (letter !== undefined && Object.hasOwn(escapes, letter)) return escapes[letter];
    return this.#fail("a string holds an unknown escape", at);
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #take(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #expected(what: string): never {
    const got = this.#text.codePointAt(this.#at);
    const shown = got === undefined ? "the end" : JSON.stringify(String.fromCodePoint(got));
    return this.#fail(`expected ${what}, got ${shown}`, this.#at);
  }
}
