package com.kpisuite.client;

import io.grpc.StatusRuntimeException;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;

/**
 * All entries of a list, page by page: the next page is read when the one before is used up. Each
 * {@link #iterator} reads the list anew. An iterator is for one thread and throws {@link
 * KpiException} when a page cannot be read; calling it again asks for that page again.
 */
public final class Pages<T> implements Iterable<T> {
  private final Function<String, Page<T>> fetch;

  private Pages(Function<String, Page<T>> fetch) {
    this.fetch = fetch;
  }

  /** One page: its entries, and the token of the next one, empty after the last. */
  public record Page<T>(List<T> entries, String nextPageToken) {}

  /**
   * A list.
   *
   * @param call reads the page of a token; the first token is empty
   * @param entries the entries of a page
   * @param nextPageToken the token of the page after it
   */
  public static <R, T> Pages<T> of(
      Function<String, R> call,
      Function<R, List<T>> entries,
      Function<R, String> nextPageToken) {
    return new Pages<>(
        token -> {
          R response = call.apply(token);
          return new Page<>(entries.apply(response), nextPageToken.apply(response));
        });
  }

  @Override
  public Iterator<T> iterator() {
    return new Entries<>(fetch);
  }

  private static final class Entries<T> implements Iterator<T> {
    private final Function<String, Page<T>> fetch;
    private Iterator<T> page = Collections.emptyIterator();
    private String token = "";
    private boolean last = false;

    Entries(Function<String, Page<T>> fetch) {
      this.fetch = fetch;
    }

    // A page may be empty and not the last.
    @Override
    public boolean hasNext() {
      while (!page.hasNext() && !last) {
        try {
          Page<T> next = fetch.apply(token);
          page = next.entries().iterator();
          token = next.nextPageToken();
          last = token.isEmpty();
        } catch (StatusRuntimeException e) {
          throw KpiException.of(e);
        }
      }
      return page.hasNext();
    }

    @Override
    public T next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return page.next();
    }
  }
}
