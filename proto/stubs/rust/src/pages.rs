//! Lists, page by page.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;

use tonic::Status;

use crate::Error;

/// One page: its entries, and the token of the next one, empty after the last.
type Page<T> = (Vec<T>, String);
type Fetch<T> =
    Box<dyn FnMut(String) -> Pin<Box<dyn Future<Output = Result<Page<T>, Status>> + Send>> + Send>;

/// All entries of a list: the next page is read when the one before is used up.
pub struct Pages<T> {
    fetch: Fetch<T>,
    page: VecDeque<T>,
    token: String,
    last: bool,
}

impl<T> Pages<T> {
    pub(crate) fn new<F, P>(mut fetch: F) -> Self
    where
        F: FnMut(String) -> P + Send + 'static,
        P: Future<Output = Result<Page<T>, Status>> + Send + 'static,
    {
        Self {
            fetch: Box::new(move |token| Box::pin(fetch(token))),
            page: VecDeque::new(),
            token: String::new(),
            last: false,
        }
    }

    /// The next entry; `None` after the last one. After an error the same page is asked for again.
    pub async fn next(&mut self) -> Result<Option<T>, Error> {
        // A page may be empty and not the last.
        while self.page.is_empty() && !self.last {
            let (entries, token) = (self.fetch)(self.token.clone()).await?;
            self.page = entries.into();
            self.last = token.is_empty();
            self.token = token;
        }
        Ok(self.page.pop_front())
    }

    /// All entries that are left.
    pub async fn all(mut self) -> Result<Vec<T>, Error> {
        let mut entries = Vec::new();
        while let Some(entry) = self.next().await? {
            entries.push(entry);
        }
        Ok(entries)
    }
}

impl<T> std::fmt::Debug for Pages<T> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Pages")
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}
