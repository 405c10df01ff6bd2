//! A screen that shows nothing but that it works (CN-2).
//!
//! It is a VNC server within the agent, with a picture of its own for each guest: the time, where
//! the guest points and with which buttons, the last keys, and the text that the guest pasted.

mod card;
mod keys;
mod picture;

use std::error::Error;
use std::time::Duration;

use bytes::{Buf as _, BytesMut};
use guest_rfb::GuestMessage;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::time::{self, MissedTickBehavior};

use crate::Clock;
use card::Card;

/// Shows a test card to a guest, until the guest is gone.
pub(crate) async fn serve(guest: DuplexStream, clock: Clock) {
    if let Err(error) = show(guest, &clock).await {
        tracing::debug!(%error, "a test card is shown no more");
    }
}

async fn show(mut guest: DuplexStream, clock: &Clock) -> Result<(), Box<dyn Error + Send + Sync>> {
    // Whether the guest wants to share the screen: each has one.
    guest.read_u8().await?;
    let mut card = Card::new(&clock());
    guest.write_all(&card.introduction()).await?;
    let mut seconds = time::interval(SECOND);
    seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut said = BytesMut::new();
    loop {
        while let Some(bytes) = card.poll_transmit() {
            guest.write_all(&bytes).await?;
        }
        tokio::select! {
            read = guest.read_buf(&mut said) => if read? == 0 {
                return Ok(());
            },
            _ = seconds.tick() => card.handle_time(&clock()),
        }
        while let Some(whole) = said.get(..GuestMessage::length(&said)?) {
            card.handle_message(&GuestMessage::parse(whole)?);
            said.advance(whole.len());
        }
    }
}

const SECOND: Duration = Duration::from_secs(1);
