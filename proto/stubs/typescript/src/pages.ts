/** One page: its entries, and the token of the next one, empty after the last. */
export type Page<T> = readonly [entries: readonly T[], nextPageToken: string];

/**
 * All entries of a list: the next page is read when the one before is used up. Each iteration
 * begins at the first page.
 */
export class Pages<T> implements AsyncIterable<T> {
  constructor(private readonly fetchPage: (pageToken: string) => Promise<Page<T>>) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    let token = "";
    do {
      // A page may be empty and not the last.
      const [entries, next] = await this.fetchPage(token);
      yield* entries;
      token = next;
    } while (token !== "");
  }

  /** All entries at once. */
  async all(): Promise<T[]> {
    const entries: T[] = [];
    for await (const entry of this) entries.push(entry);
    return entries;
  }
}
