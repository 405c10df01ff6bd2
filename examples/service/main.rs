//! Guest access inside another web service: a desk that books computers.
//!
//! The service has addresses of its own, whose handlers call use cases, and
//! mounts the whole API under `/guest`. It brings the clock, carries the
//! mails and does what the clock asks for; here it also plays its own client,
//! shows one guest from booking to session, and ends.

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;
use std::future::pending;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use guest_app::letter::{Content, Letter, Tried};
use guest_app::{App, Call, Fault, GuestLinkView};
use guest_core::{ComputerId, Delivery};
use guest_examples::{TEAM, app, client, furnish, invitation, wall_clock};
use guest_store_sqlite::{Options, SqliteStore};
use serde_json::{Value, json};
use tokio::sync::{Notify, mpsc};
use tokio::time::timeout;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let store = SqliteStore::open(
        &folder.path().join("desk.db"),
        &Options::of_guest(Arc::new(wall_clock)),
    )?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let base = format!("http://{}", listener.local_addr()?);
    let app = app(store, &format!("{base}/guest"))?;
    let (computer, _) = furnish(&app, 10)?;

    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let (posted, mails) = mpsc::unbounded_channel();
        tokio::select! {
            ended = serve(listener, Desk { app: app.clone(), computer }) => ended,
            ended = keep(&app, &posted) => Ok(ended?),
            ended = be_a_guest(&base, mails) => ended,
        }
    })
}

/// What the handlers of the service share.
#[derive(Clone)]
struct Desk {
    app: App,
    computer: ComputerId,
}

/// Serves the desk, and under `/guest` all of guest access.
async fn serve(listener: TcpListener, desk: Desk) -> Result<(), Box<dyn Error>> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let guest = guest_http::router(desk.app.clone(), guest_http::Options::default());
    let router =
        Router::new().route("/bookings", post(book)).with_state(desk).nest("/guest", guest);
    // The limits on strangers count by address.
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    Ok(axum::serve(listener, service).await?)
}

/// Books the computer for an hour: one of the service's own addresses.
async fn book(
    State(desk): State<Desk>,
    Json(booking): Json<Value>,
) -> Result<Json<Value>, (StatusCode, String)> {
    let guest = booking.get("guest").and_then(Value::as_str).unwrap_or_default();
    let draft = invitation(desk.computer, guest);
    match desk.app.make_invites(&Call::operator(), TEAM, &draft).await {
        Ok(made) => {
            Ok(Json(json!({ "booked": made.invites.len(), "credits": made.credits.balance })))
        }
        Err(Fault::Refused(refusal)) => Err((StatusCode::CONFLICT, refusal.to_string())),
        Err(fault @ Fault::Store(_)) => Err((StatusCode::SERVICE_UNAVAILABLE, fault.to_string())),
    }
}

/// Does what the clock asks for and carries mails, after each commit and twice a second.
///
/// A mail counts as sent once it is in `posted`; another service hands it to its mail server.
async fn keep(app: &App, posted: &mpsc::UnboundedSender<Letter>) -> Result<(), Fault> {
    let commits = Arc::new(Notify::new());
    let wake = Arc::clone(&commits);
    app.on_commit(move || wake.notify_one());
    loop {
        while app.process_due(100).await?.done > 0 {}
        for letter in app.lease_letters(10).await?.letters {
            let tried = Tried { id: letter.id, delivery: Delivery::Accepted };
            if posted.send(letter).is_err() {
                return pending().await; // Nobody reads mails any more: the example is about to end.
            }
            app.settle_letter(tried, 0).await?;
        }
        // If no commit comes in time, the clock may still ask for something.
        let _ = timeout(Duration::from_millis(500), commits.notified()).await;
    }
}

/// Books, reads the mails and connects, all over HTTP as any program would.
async fn be_a_guest(
    base: &str,
    mut mails: mpsc::UnboundedReceiver<Letter>,
) -> Result<(), Box<dyn Error>> {
    let client = client()?;
    let guest = "lin@example.org";
    let send = async |path: &str, cookie: &str, body: Value| {
        let request =
            client.post(format!("{base}{path}")).header("content-type", "application/json");
        let request = request.header("origin", base).header("cookie", cookie);
        request.body(body.to_string()).send().await?.error_for_status()
    };

    let booked = send("/bookings", "", json!({ "guest": guest })).await?.text().await?;
    println!("POST /bookings: {booked}");

    let link = loop {
        if let Content::Guest { about, .. } = next(&mut mails).await?.content {
            break about.link;
        }
    };
    let token = link.rsplit('/').next().unwrap_or_default();
    let address = format!("/guest/v1/guest-links/{token}");
    let shown = client.get(format!("{base}{address}")).send().await?.error_for_status()?;
    let shown: GuestLinkView = serde_json::from_slice(&shown.bytes().await?)?;
    println!("GET the link: {} on {}, you are {}", shown.title, shown.computer, shown.you);

    send("/guest/v1/sign-in", "", json!({ "email": guest })).await?;
    let code = loop {
        if let Content::SignIn { code, .. } = next(&mut mails).await?.content {
            break code;
        }
    };
    let signed_in =
        send("/guest/v1/sign-in/verify", "", json!({ "email": guest, "code": code })).await?;
    let cookie = signed_in.headers().get("set-cookie").ok_or("no cookie came")?.to_str()?;
    let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
    println!("POST /guest/v1/sign-in/verify: signed in with the code from the mail");

    let connected = send(&format!("{address}/connect"), &cookie, json!({})).await?;
    println!("POST the link's connect: {}", connected.text().await?);
    Ok(())
}

/// Waits for the next mail.
async fn next(mails: &mut mpsc::UnboundedReceiver<Letter>) -> Result<Letter, Box<dyn Error>> {
    let letter =
        timeout(Duration::from_secs(10), mails.recv()).await?.ok_or("no mail will come")?;
    println!("  a mail to {}", letter.to);
    Ok(letter)
}
