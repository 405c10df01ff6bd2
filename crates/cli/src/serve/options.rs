//! The options of a server.

use clap::Args;

use crate::config::{Given, Setting};

/// What a server is told.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Options {
    #[arg(
        long,
        value_name = "ADDRESS",
        help = "Where to listen [env: GUEST_LISTEN] [default: 127.0.0.1:8080]"
    )]
    listen: Option<String>,

    #[arg(
        long,
        value_name = "URL",
        help = "Where people reach the server, such as https://guest.acme.example [env: GUEST_PUBLIC_URL]"
    )]
    public_url: Option<String>,

    #[arg(
        long,
        value_name = "TRANSPORT",
        help = "How mails go out: smtp://HOST, smtps://HOST or dir:PATH [env: GUEST_MAIL] [default: dir:DATA/mail]"
    )]
    mail: Option<String>,

    #[arg(
        long,
        value_name = "EMAIL",
        help = "Whose address mails come from [env: GUEST_MAIL_FROM] [default: guest at the server's host]"
    )]
    mail_from: Option<String>,

    #[arg(
        long,
        value_name = "PLACE",
        help = "Where files are kept: a folder, or s3://BUCKET/FOLDER, reached as AWS_… say [env: GUEST_BLOBS] [default: DATA/blobs]"
    )]
    blobs: Option<String>,

    #[arg(
        long,
        value_name = "FILE",
        help = "Whom teams believe when people join or sign on: identity providers and root certificates [env: GUEST_SSO]"
    )]
    sso: Option<String>,

    #[arg(
        long,
        value_name = "BYTES",
        help = "How much the files of a team may take, such as 500MiB [env: GUEST_FILE_QUOTA] [default: 20GiB]"
    )]
    file_quota: Option<String>,

    #[arg(
        long,
        value_name = "NAME",
        help = "What the product is called in mails [env: GUEST_BRAND] [default: Guest]"
    )]
    brand: Option<String>,

    #[arg(
        long,
        help = "Believe the address that a proxy in front says people come from [env: GUEST_TRUST_PROXY]"
    )]
    trust_proxy: bool,

    #[arg(long, help = "Show /metrics to other machines as well [env: GUEST_METRICS_PUBLIC]")]
    metrics_public: bool,

    #[arg(
        long,
        value_name = "METHOD",
        help = "How credits are paid: instant or invoice [env: GUEST_PAYMENT] [default: instant]"
    )]
    payment: Option<String>,

    #[arg(
        long,
        help = "Give the credit back when a used invite is cancelled [env: GUEST_REFUND_USED_ON_CANCEL]"
    )]
    refund_used_on_cancel: bool,

    #[arg(
        long,
        value_name = "FORMAT",
        help = "How to log: human or json [env: GUEST_LOG_FORMAT] [default: human]"
    )]
    log_format: Option<String>,
}

impl Options {
    /// Adds what they say to the options given.
    pub(crate) fn add_to(&self, given: &mut Given) {
        let texts = [
            (Setting::Listen, &self.listen),
            (Setting::PublicUrl, &self.public_url),
            (Setting::Mail, &self.mail),
            (Setting::MailFrom, &self.mail_from),
            (Setting::Blobs, &self.blobs),
            (Setting::Sso, &self.sso),
            (Setting::FileQuota, &self.file_quota),
            (Setting::Brand, &self.brand),
            (Setting::Payment, &self.payment),
            (Setting::LogFormat, &self.log_format),
        ];
        for (key, value) in texts {
            given.extend(value.clone().map(|value| (key, value)));
        }
        let flags = [
            (Setting::TrustProxy, self.trust_proxy),
            (Setting::MetricsPublic, self.metrics_public),
            (Setting::RefundUsedOnCancel, self.refund_used_on_cancel),
        ];
        given.extend(flags.into_iter().filter(|(_, on)| *on).map(|(key, _)| (key, "true".into())));
    }
}
