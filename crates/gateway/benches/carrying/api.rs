//! What is asked of a server over HTTP.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time;

use crate::guest::{Guest, Link, from};
use crate::place::{Invited, Place, TEAM};

impl Place {
    /// Connects everybody who is invited.
    pub(crate) async fn connect_all(&self) -> Vec<Guest> {
        let guests = self.invited.iter().enumerate();
        let guests = guests.map(|(number, invited)| self.connect(number, invited));
        stream::iter(guests).buffered(AT_ONCE).collect().await
    }

    /// Connects somebody, as soon as the agent of the computer is there.
    async fn connect(&self, number: usize, invited: &Invited) -> Guest {
        let path = format!("/v1/guest-links/{}/connect", invited.token);
        let headers = format!(
            "Cookie: guest={}\r\nOrigin: http://{}\r\nX-Forwarded-For: {}\r\n",
            invited.cookie,
            self.address,
            from(number)
        );
        for _ in 0..PATIENCE {
            match self.ask("POST", &path, &headers, &json!({})).await {
                (201, session) => {
                    let id = session["session_id"].as_str().unwrap();
                    let ticket = session["ticket"].as_str().unwrap();
                    let path = format!("/v1/sessions/{id}/stream?ticket={ticket}");
                    let link = Link::socket(self.address, &path, number).await.unwrap();
                    return Guest::enter(link, number).await;
                }
                (_, problem) if problem["code"] == "computer_offline" => {
                    time::sleep(Duration::from_millis(50)).await;
                }
                (status, problem) => panic!("{status} {problem}"),
            }
        }
        panic!("the computer stays offline");
    }

    /// Kicks a guest.
    pub(crate) async fn kick(&self, invited: &Invited) {
        let path = format!("{}/guest", invite_path(invited));
        let (status, problem) = self.ask("DELETE", &path, &self.bearer(), &Value::Null).await;
        assert_eq!(status, 204, "{problem}");
    }

    /// Moves the end of a window.
    pub(crate) async fn move_end(&self, invited: &Invited, end: &str) {
        let change = json!({ "window": { "end": end } });
        let path = invite_path(invited);
        let (status, problem) = self.ask("PATCH", &path, &self.bearer(), &change).await;
        assert_eq!(status, 200, "{problem}");
    }

    fn bearer(&self) -> String {
        format!("Authorization: Bearer {}\r\n", self.api_key)
    }

    async fn ask(&self, method: &str, path: &str, headers: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(body).unwrap_or_default())
    }
}

fn invite_path(invited: &Invited) -> String {
    format!("/v1/teams/{TEAM}/guest-access-invites/{}", invited.invite)
}

/// How many connect at once.
const AT_ONCE: usize = 50;

/// How often somebody tries to connect.
const PATIENCE: u32 = 200;
