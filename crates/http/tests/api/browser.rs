//! A browser without scripts, as far as pages need one.

use crate::world::{Answer, Client, ORIGIN, World};

/// A browser without scripts: it asks for pages, and sends the forms of the last one.
pub(crate) struct Browser {
    client: Client,
    token: String,
}

impl Browser {
    /// Returns the browser of somebody who is signed in.
    pub(crate) fn of(world: &World, who: &str) -> Self {
        Self::with(world.sign_in(who))
    }

    /// Returns the browser of somebody who is not signed in.
    pub(crate) fn stranger(world: &World) -> Self {
        Self::with(world.nobody().with("origin", ORIGIN))
    }

    /// Returns a browser that holds what a client holds.
    pub(crate) fn with(client: Client) -> Self {
        let accept = "text/html,application/xhtml+xml,*/*;q=0.8";
        Self { client: client.with("accept", accept), token: String::new() }
    }

    /// Opens a page.
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        let page = self.client.get(path).await;
        if let Some((_, rest)) = page.text.split_once("name=\"token\" value=\"") {
            rest.split('"').next().unwrap().clone_into(&mut self.token);
        }
        page
    }

    /// Sends a form, with the token that the last page had.
    pub(crate) async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("token", &self.token).extend_pairs(fields);
        let client = self.client.clone().with("content-type", "application/x-www-form-urlencoded");
        client.raw("POST", path, form.finish()).await
    }

    /// Returns the client behind it.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }
}

/// Checks that a page is shown with these words.
#[track_caller]
pub(crate) fn shows(page: &Answer, words: &[&str]) {
    says(page, 200, words);
}

/// Checks that a page is answered with a status and these words.
#[track_caller]
pub(crate) fn says(page: &Answer, status: u16, words: &[&str]) {
    assert_eq!(page.status, status, "{}", page.text);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    for word in words {
        assert!(page.text.contains(word), "{word} is not in {}", page.text);
    }
}

/// Checks that the browser is sent on, and returns where to.
#[track_caller]
pub(crate) fn sent_on(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer.header("location").to_owned()
}
