//! Sending mail: by SMTP, or, where none is set, kept in memory to be read on a page of a developer's machine.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use tokio::sync::mpsc;

/// Mails that are kept where none are sent.
const KEPT: usize = 100;
/// Mails that may wait to be sent; further ones are dropped and told of in the log.
const WAITING: usize = 1_000;
/// How often sending is tried, and how long is waited in between at first.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_secs(2);
/// How long a mail server may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A mail: plain text for one reader.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The reader's address.
    pub to: String,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

/// A mail may hold a code, and has somebody's address: neither belongs in a log.
impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// Why no mail can be sent with these settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// The address of the server makes no sense; it is not repeated, because it may hold a password.
    #[error(
        "the address of the mail server is smtp://, smtps:// or smtp://...?tls=required, with user:password@host"
    )]
    Server,
    /// The sender's address makes no sense.
    #[error("the sender of mails is an address such as shop@example.com or Shop <shop@example.com>")]
    Sender,
}

/// Sends mails, or keeps them.
#[derive(Clone)]
pub struct Mailer(Arc<Way>);

enum Way {
    Sent(mpsc::Sender<Mail>),
    Kept { mails: Mutex<VecDeque<Mail>>, told: bool },
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if matches!(*self.0, Way::Sent(_)) { "Mailer(smtp)" } else { "Mailer(kept)" })
    }
}

impl Mailer {
    /// Keeps the newest mails in memory and sends none. Where they are `told`, the log has them in full: for a
    /// developer's machine only, because there are codes in them.
    pub fn kept(told: bool) -> Self {
        Self(Arc::new(Way::Kept { mails: Mutex::default(), told }))
    }

    /// Sends by a server: `smtp://user:password@host:port`. Has to be called within the runtime.
    pub fn smtp(url: &str, sender: &str) -> Result<Self, Unusable> {
        let sender: Mailbox = sender.parse().map_err(|_| Unusable::Sender)?;
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| Unusable::Server)?;
        let server = server.timeout(Some(PATIENCE)).build();
        let (queue, waiting) = mpsc::channel(WAITING);
        tokio::spawn(deliver(server, sender, waiting));
        Ok(Self(Arc::new(Way::Sent(queue))))
    }

    /// Takes a mail and returns at once. What cannot be sent is told in the log, without its reader or content.
    pub fn send(&self, mail: Mail) {
        match &*self.0 {
            Way::Sent(queue) => {
                if let Err(error) = queue.try_send(mail) {
                    tracing::error!(%error, "a mail was dropped: too many wait to be sent");
                }
            }
            Way::Kept { mails: kept, told } => {
                if *told {
                    let Mail { to, subject, body } = &mail;
                    tracing::info!(to, subject, body, "a mail, kept and not sent");
                } else {
                    tracing::warn!("a mail was not sent: no mail server is set (VITRINE_SMTP_URL)");
                }
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                if kept.len() == KEPT {
                    kept.pop_back();
                }
                kept.push_front(mail);
            }
        }
    }

    /// Forgets the mails that were kept for an address, whatever case it is written in.
    pub fn forget(&self, to: &str) {
        if let Way::Kept { mails: kept, .. } = &*self.0 {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.retain(|mail| mail.to.to_lowercase() != to.to_lowercase());
        }
    }

    /// The mails that were kept, the newest first.
    pub fn mails(&self) -> Vec<Mail> {
        match &*self.0 {
            Way::Sent(_) => Vec::new(),
            Way::Kept { mails: kept, .. } => {
                kept.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
            }
        }
    }
}

async fn deliver(
    server: AsyncSmtpTransport<Tokio1Executor>,
    sender: Mailbox,
    mut waiting: mpsc::Receiver<Mail>,
) {
    while let Some(mail) = waiting.recv().await {
        let Some(message) = message(&sender, mail) else {
            tracing::error!("a mail could not be written");
            continue;
        };
        let mut pause = PAUSE;
        for attempt in 1..=TRIES {
            match server.send(message.clone()).await {
                Ok(_) => break,
                Err(error) if attempt == TRIES || error.is_permanent() => {
                    tracing::error!(%error, attempt, "a mail could not be sent");
                    break;
                }
                Err(error) => {
                    tracing::warn!(%error, attempt, "a mail could not be sent yet");
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
            }
        }
    }
}

fn message(sender: &Mailbox, mail: Mail) -> Option<Message> {
    let to: Address = mail.to.parse().ok()?;
    Message::builder()
        .from(sender.clone())
        .to(Mailbox::new(None, to))
        .subject(mail.subject)
        .header(ContentType::TEXT_PLAIN)
        .body(mail.body)
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(number: usize) -> Mail {
        Mail {
            to: "ann@example.com".to_owned(),
            subject: format!("Mail {number}"),
            body: "Grüße\nhttps://shop.test/#code=x".to_owned(),
        }
    }

    #[test]
    fn the_newest_mails_are_kept() {
        let mailer = Mailer::kept(true);
        (0..=KEPT).for_each(|number| mailer.send(mail(number)));
        let kept = mailer.mails();
        assert_eq!((kept.len(), kept[0].subject.as_str()), (KEPT, "Mail 100"));
        assert!(!format!("{:?}", kept[0]).contains("code"));
        mailer.forget("bob@example.com");
        assert_eq!(mailer.mails().len(), KEPT);
        mailer.forget("Ann@example.com");
        assert_eq!(mailer.mails(), []);
    }

    #[test]
    fn a_message_has_its_reader_and_no_header_of_the_subjects_making() {
        let sender = "Shop <shop@example.com>".parse().unwrap();
        let mut forged = mail(1);
        forged.subject = "Hello\r\nBcc: eve@example.com".to_owned();
        let text = String::from_utf8(message(&sender, forged).unwrap().formatted()).unwrap();
        assert!(text.contains("To: ann@example.com") && !text.contains("\nBcc:"), "{text}");
        assert!(message(&sender, Mail { to: "nobody".to_owned(), ..mail(1) }).is_none());
    }

    #[tokio::test]
    async fn settings_that_make_no_sense_are_told_without_the_password() {
        let refused = Mailer::smtp("http://user:secret@host", "shop@example.com").unwrap_err();
        assert_eq!(refused, Unusable::Server);
        assert!(!refused.to_string().contains("secret"));
        assert_eq!(Mailer::smtp("smtp://127.0.0.1", "nobody").unwrap_err(), Unusable::Sender);
    }
}
