/** The JSON of the vectors: variables, repetitions and patterns. */

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [name: string]: Json;
}
/** Variables by name; null for a field that was absent. */
export type Variables = Record<string, string | null>;

/** The element with variables replaced and repetitions written out. */
export function expand(element: Json, variables: Variables): Json {
  if (typeof element === "string") {
    const whole = /^\$\{([^}]*)\}$/.exec(element)?.[1];
    return whole !== undefined && variables[whole] === null ? null : replace(element, variables);
  }
  if (Array.isArray(element)) return element.map((item) => expand(item, variables));
  if (!isObject(element)) return element;
  if ("$each" in element) {
    return Array.from({ length: integer(element["$each"]) }, (_, i) => {
      const text = String(i).padStart(integer(element["width"] ?? 1), "0");
      return expand(element["item"] as Json, { ...variables, i: text });
    });
  }
  if ("$text" in element) {
    return replace(element["$text"] as string, variables).repeat(integer(element["times"]));
  }
  const members = Object.entries(element);
  return Object.fromEntries(
    members.map(([name, value]) => [replace(name, variables), expand(value, variables)]),
  );
}

function replace(text: string, variables: Variables): string {
  return text.replace(/\$\{([^}]*)\}/g, (whole, name: string) => variables[name] ?? whole);
}

export function integer(value: Json | undefined): number {
  return Number(value);
}

/** What is at a path like "changes.0.etag", as text; null where there is nothing. */
export function at(element: Json, path: string): string | null {
  let found: Json | undefined = element;
  for (const step of path.split(".")) {
    found = typeof found === "object" && found !== null ? (found as JsonObject)[step] : undefined;
  }
  if (found === undefined) return null;
  return typeof found === "string" ? found : JSON.stringify(found);
}

export function fits(pattern: Json, value: Json | undefined): boolean {
  return misfit(pattern, value) === undefined;
}

/** Why the value does not fit the pattern; undefined when it does. */
export function misfit(
  pattern: Json,
  value: Json | undefined,
  path = "answer",
): string | undefined {
  const unequal = `${path}: got ${JSON.stringify(value)}, want ${JSON.stringify(pattern)}`;
  if (pattern === null) return value === undefined ? undefined : unequal;
  if (Array.isArray(pattern)) {
    if (!Array.isArray(value) || value.length !== pattern.length) return unequal;
    return first(pattern, (each, i) => misfit(each, value[i], `${path}.${i}`));
  }
  if (!isObject(pattern)) return pattern === value ? undefined : unequal;
  const [operator, operand] = Object.entries(pattern)[0] ?? [];
  if (operator?.startsWith("$")) {
    return fitsOperator(operator, operand as Json, value) ? undefined : unequal;
  }
  if (!isObject(value)) return unequal;
  return first(Object.entries(pattern), ([name, inner]) =>
    misfit(inner, value[name], `${path}.${name}`),
  );
}

function fitsOperator(operator: string, operand: Json, value: Json | undefined): boolean {
  switch (operator) {
    case "$absent":
      return value === undefined;
    case "$size":
      return Array.isArray(value) && value.length === integer(operand);
    case "$any":
      return Array.isArray(value) && value.some((item) => fits(operand, item));
    case "$prefix":
      return typeof value === "string" && value.startsWith(operand as string);
    case "$in":
      return (operand as Json[]).some((pattern) => fits(pattern, value));
    default:
      throw new Error(`unknown operator ${operator}`);
  }
}

function first<T>(
  items: readonly T[],
  why: (item: T, index: number) => string | undefined,
): string | undefined {
  for (const [index, item] of items.entries()) {
    const found = why(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
