type Name = string | symbol;

/** What an object's own fields hold, by name; without those that cannot be assigned to. */
export type Fields = ReadonlyMap<Name, unknown>;

/** Looks at all fields of an object. */
export function fieldsOf(owner: object): Fields {
  const fields = new Map<Name, unknown>();
  for (const name of Reflect.ownKeys(owner)) {
    const field = Object.getOwnPropertyDescriptor(owner, name);
    if (field?.writable === true) fields.set(name, field.value);
  }
  return fields;
}

/** A field that is new, or holds something else than before. */
export function changedField(owner: object, before: Fields): Name | undefined {
  for (const [name, value] of fieldsOf(owner))
    if (!before.has(name) || !Object.is(before.get(name), value)) return name;
  return undefined;
}

/** Gives all fields what they held before, and takes new ones away. */
export function restoreFields(owner: object, before: Fields): void {
  for (const name of fieldsOf(owner).keys()) if (!before.has(name)) Reflect.deleteProperty(owner, name);
  for (const [name, value] of before) Reflect.set(owner, name, value);
}

/** Runs `fn` and calls `assigned` wherever it assigns to a field. */
export function watchField(owner: object, name: Name, assigned: () => void, fn: () => void): void {
  const field = Object.getOwnPropertyDescriptor(owner, name);
  let value: unknown = field?.value;
  const defined = Reflect.defineProperty(owner, name, {
    configurable: true,
    enumerable: field?.enumerable ?? true,
    get: () => value,
    set: (next: unknown) => {
      value = next;
      assigned();
    },
  });
  try {
    fn();
  } finally {
    if (defined && field === undefined) Reflect.deleteProperty(owner, name);
    else if (defined && field !== undefined) Object.defineProperty(owner, name, field);
  }
}
