//! Mails, from letters to a real mail server.

mod app_outbox;
mod calendar;
mod courier;
mod directory;
mod letters;
mod messages;
mod server;
mod smtp;
mod words;
