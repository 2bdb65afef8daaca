//! The indexer: which applications an account created, and the notes of the calls that created and changed them.

use super::http::Service;
use super::{ClientError, Transport};
use data_encoding::BASE64;
use pnp_types::{Address, AppIndex, Round};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Pages asked for at most; an account with more is answered with what they hold.
const MAX_PAGES: usize = 100;

/// A client of one indexer.
#[derive(Clone, Debug)]
pub struct Indexer {
    service: Service,
}

/// An application that an account created.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct CreatedApplication {
    /// Its index.
    pub id: AppIndex,
    /// The round it was created in.
    #[serde(default)]
    pub created_at_round: Round,
    /// Whether it was deleted.
    #[serde(default)]
    pub deleted: bool,
}

/// An application call with its note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotedCall {
    /// The application called; 0 for the call that created it.
    pub application: AppIndex,
    /// Who called.
    pub sender: Address,
    /// The call's round.
    pub round: Round,
    /// The call's place in its block.
    pub place: u64,
    /// The note.
    pub note: Vec<u8>,
}

/// A call of an application, without its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppCall {
    /// Its id.
    pub txid: String,
    /// Its round.
    pub round: Round,
    /// Its block's time, in seconds since 1970.
    pub time: i64,
    /// What it asks for, as the indexer writes it: `noop`, `update`, `delete` and others.
    pub on_completion: String,
    /// How many arguments it has.
    pub arguments: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct ApplicationsBody {
    #[serde(default)]
    applications: Vec<CreatedApplication>,
    #[serde(default)]
    next_token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct TransactionsBody {
    #[serde(default)]
    transactions: Vec<TransactionBody>,
    #[serde(default)]
    next_token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct TransactionBody {
    sender: Address,
    #[serde(default)]
    id: String,
    #[serde(default)]
    confirmed_round: Round,
    #[serde(default)]
    round_time: i64,
    #[serde(default)]
    intra_round_offset: u64,
    #[serde(default)]
    note: String,
    #[serde(default)]
    application_transaction: CallBody,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct CallBody {
    application_id: AppIndex,
    on_completion: String,
    application_args: Vec<String>,
}

/// An answer that comes in pages.
trait Page: DeserializeOwned {
    type Item;

    /// The items, and where the next page starts; empty after the last one.
    fn take(self) -> (Vec<Self::Item>, String);
}

impl Page for ApplicationsBody {
    type Item = CreatedApplication;

    fn take(self) -> (Vec<CreatedApplication>, String) {
        (self.applications, self.next_token)
    }
}

impl Page for TransactionsBody {
    type Item = TransactionBody;

    fn take(self) -> (Vec<TransactionBody>, String) {
        (self.transactions, self.next_token)
    }
}

impl Indexer {
    /// A client of the indexer at `url`; opens no connection yet.
    ///
    /// # Errors
    /// A machine on which no HTTP client can be set up.
    pub fn new(url: &str, token: Option<&str>) -> Result<Self, ClientError> {
        Self::connect(url, token, Transport::default())
    }

    /// The same, over a transport.
    ///
    /// # Errors
    /// As [`Indexer::new`].
    pub fn connect(url: &str, token: Option<&str>, transport: Transport) -> Result<Self, ClientError> {
        Ok(Self { service: Service::new("indexer", url, "X-Indexer-API-Token", token, transport)? })
    }

    /// The newest round it has.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn newest_round(&self) -> Result<Round, ClientError> {
        #[derive(Deserialize)]
        struct Health {
            round: Round,
        }
        Ok(self.service.get::<Health>("/health").await?.round)
    }

    /// The applications that an account created and did not delete, oldest first.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn created_applications(&self, creator: Address) -> Result<Vec<CreatedApplication>, ClientError> {
        let mut made = self.pages::<ApplicationsBody>(&format!("/v2/accounts/{creator}/created-applications?")).await?;
        made.retain(|application| !application.deleted);
        made.sort_by_key(|application| (application.created_at_round, application.id));
        Ok(made)
    }

    /// The calls of `sender` that created or used an application and have a note with this prefix, oldest first.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn noted_calls(
        &self,
        application: &CreatedApplication,
        sender: Address,
        note_prefix: &[u8],
    ) -> Result<Vec<NotedCall>, ClientError> {
        let prefix = BASE64.encode(note_prefix).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        let path = format!(
            "/v2/transactions?min-round={}&tx-type=appl&application-id={}&address={sender}&address-role=sender&\
             note-prefix={prefix}&",
            application.created_at_round, application.id
        );
        let found = self.pages::<TransactionsBody>(&path).await?;
        let mut calls = Vec::with_capacity(found.len());
        // The indexer is asked for one sender; what it answers is checked, for a note of somebody else's
        // could pass one application off as another.
        for body in found.into_iter().filter(|body| body.sender == sender) {
            let note = BASE64.decode(body.note.as_bytes()).map_err(|error| self.service.malformed(error))?;
            calls.push(NotedCall {
                application: body.application_transaction.application_id,
                sender: body.sender,
                round: body.confirmed_round,
                place: body.intra_round_offset,
                note,
            });
        }
        calls.sort_by_key(|call| (call.round, call.place));
        Ok(calls)
    }

    /// The calls of an application by one sender since a round, oldest first.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn calls(&self, app: AppIndex, sender: Address, since: Round) -> Result<Vec<AppCall>, ClientError> {
        let path = format!(
            "/v2/transactions?min-round={since}&tx-type=appl&application-id={app}&address={sender}&address-role=sender&"
        );
        let found = self.pages::<TransactionsBody>(&path).await?;
        let theirs =
            |body: &TransactionBody| body.sender == sender && body.application_transaction.application_id == app;
        let mut found: Vec<TransactionBody> = found.into_iter().filter(theirs).collect();
        found.sort_by_key(|body| (body.confirmed_round, body.intra_round_offset));
        let call = |body: TransactionBody| AppCall {
            txid: body.id,
            round: body.confirmed_round,
            time: body.round_time,
            on_completion: body.application_transaction.on_completion,
            arguments: body.application_transaction.application_args.len(),
        };
        Ok(found.into_iter().map(call).collect())
    }

    async fn pages<P: Page>(&self, path: &str) -> Result<Vec<P::Item>, ClientError> {
        let (mut items, mut next) = (Vec::new(), String::new());
        for _ in 0..MAX_PAGES {
            let from = if next.is_empty() { String::new() } else { format!("&next={next}") };
            let page: P = match self.service.get(&format!("{path}limit=100{from}")).await {
                Err(error) if error.is_not_found() => break,
                other => other?,
            };
            let (mut more, token) = page.take();
            // An indexer names a next page also after the last one, which is empty.
            if more.is_empty() {
                break;
            }
            items.append(&mut more);
            if token.is_empty() {
                break;
            }
            next = token;
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_as_the_indexer_writes_them() {
        let body: ApplicationsBody = serde_json::from_str(
            r#"{"applications":[{"created-at-round":7,"deleted":false,"id":1002,"params":{}},{"id":3,"deleted":true}],
                "current-round":9,"next-token":"1002"}"#,
        )
        .unwrap();
        let (made, next) = body.take();
        assert_eq!(
            (made.len(), made.first().map(|app| app.created_at_round), next.as_str()),
            (2, Some(Round(7)), "1002")
        );
        let body: TransactionsBody = serde_json::from_str(
            r#"{"transactions":[{"sender":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAY5HFKQ","confirmed-round":7,
                "intra-round-offset":2,"note":"QQ==","tx-type":"appl","application-transaction":{"application-id":0}}]}"#,
        )
        .unwrap();
        assert_eq!(body.transactions.first().map(|call| call.note.as_str()), Some("QQ=="));
    }
}
