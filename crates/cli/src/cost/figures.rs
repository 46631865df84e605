//! What turns take and what it costs: two tables, each with where its figures come from.

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

/// Prices of one Region.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Prices {
    /// The Region.
    pub region: String,
    /// The day on which they were checked.
    pub checked: String,
    /// How.
    pub note: String,
    /// One a kind of thing that is counted.
    pub prices: Vec<Price>,
    /// What is paid by the month, whatever is said.
    pub monthly: Vec<Monthly>,
    /// What is paid when it is used, and is no part of a turn.
    pub by_use: Vec<ByUse>,
    /// Every type of resource that the template has, and whether it is paid.
    pub resources: Vec<Resource>,
}

/// What something costs in a month.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Monthly {
    /// Which parts of the stack.
    pub resource: String,
    /// For people: what one of them is.
    pub what: String,
    /// Dollars for one and month.
    pub dollars: f64,
    /// AWS's page.
    pub source: String,
}

/// What something costs when it is used.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ByUse {
    /// Which part of the stack.
    pub resource: String,
    /// For people: what is counted.
    pub what: String,
    /// Dollars for `per` of them.
    pub dollars: f64,
    /// So many cost `dollars`.
    pub per: f64,
    /// AWS's page.
    pub source: String,
}

/// A type of resource.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Resource {
    /// As CloudFormation calls it.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it costs.
    #[serde(flatten)]
    pub cost: Cost,
}

/// Whether something is paid.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Cost {
    /// It is; the page of its prices, one of which stands above.
    Paid(String),
    /// It is not; why.
    Free(String),
}

/// One price.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Price {
    /// Its name in the arithmetic.
    pub key: String,
    /// For people.
    pub what: String,
    /// Dollars for `per` of them.
    pub dollars: f64,
    /// So many cost `dollars`.
    pub per: f64,
    /// AWS's page.
    pub source: String,
}

/// What turns take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Measurements {
    /// The command that measured them.
    pub measured_by: String,
    /// What cannot be measured without an account.
    pub assumed: Assumed,
    /// One a kind of turn.
    pub turns: Vec<Turn>,
}

/// What is taken for granted, each on the dear side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Assumed {
    /// Memory of core, as in template.yaml.
    pub memory_mb: f64,
    /// Milliseconds that core waits for one call of DynamoDB.
    pub dynamo_ms: f64,
    /// The same for reading from S3.
    pub s3_ms: f64,
    /// The same for writing to it.
    pub s3_put_ms: f64,
    /// The same for a backend.
    pub backend_ms: f64,
    /// The same for Polly.
    pub polly_ms: f64,
    /// Memory of a backend's function.
    pub backend_memory_mb: f64,
    /// Looks for a newer brain per turn: one a `cacheTTL` (30 s) and running copy of core; 1 means that no turn finds a fresh brain.
    pub brain_looks: f64,
    /// Share of turns that find no running copy of core.
    pub cold_share: f64,
    /// Milliseconds of such a start.
    pub cold_ms: f64,
    /// Bytes that Lambda itself logs for an invocation (start and report, JSON).
    pub platform_log_bytes: f64,
    /// Bytes of the API's access log line.
    pub access_log_bytes: f64,
    /// Bytes that CloudWatch adds to each line.
    pub line_overhead_bytes: f64,
    /// Lines of an invocation in all log groups.
    pub log_lines: f64,
    /// Bytes of headers of a response.
    pub header_bytes: f64,
    /// Writes of a turn that add to the person's count of turns: one every twenty turns or sixty seconds, which is every fourth turn of
    /// somebody who writes every twenty seconds.
    pub count_writes: f64,
    /// Bytes of sound for a character, as Polly's MP3 has them: 48 kbit/s, fifteen characters a second. The voice that is measured with
    /// gives as many, and an answer holds them as Base64.
    pub sound_bytes: f64,
}

/// One kind of turn: averages over those that were measured.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Turn {
    /// Its name.
    pub kind: String,
    /// For people.
    pub what: String,
    /// How many were measured.
    pub measured: u32,
    /// Requests to the API.
    pub api_requests: f64,
    /// Milliseconds in the handler, without those that it waited for other services.
    pub handler_ms: f64,
    /// Calls of DynamoDB that read.
    pub reads: f64,
    /// Their read request units.
    pub read_units: f64,
    /// Calls of DynamoDB that write.
    pub writes: f64,
    /// Their write request units.
    pub write_units: f64,
    /// Invocations of backends.
    pub invokes: f64,
    /// Calls of Polly.
    pub polly_calls: f64,
    /// Characters that it speaks.
    pub polly_characters: f64,
    /// Looks for a sound in its bucket.
    pub sound_gets: f64,
    /// Sounds put there.
    pub sound_puts: f64,
    /// Bytes of response bodies.
    pub response_bytes: f64,
    /// Bytes that core logs, its lines of metrics among them.
    pub log_bytes: f64,
}

impl Default for Assumed {
    fn default() -> Self {
        Self {
            memory_mb: 1024.0,
            dynamo_ms: 5.0,
            s3_ms: 20.0,
            s3_put_ms: 40.0,
            backend_ms: 100.0,
            polly_ms: 300.0,
            backend_memory_mb: 256.0,
            brain_looks: 0.5,
            cold_share: 0.01,
            cold_ms: 150.0,
            platform_log_bytes: 560.0,
            access_log_bytes: 430.0,
            line_overhead_bytes: 26.0,
            log_lines: 5.0,
            header_bytes: 600.0,
            count_writes: 0.25,
            sound_bytes: 400.0,
        }
    }
}

impl Prices {
    /// Those of this release.
    pub(crate) fn built_in() -> anyhow::Result<Self> {
        serde_json::from_str(include_str!("prices.json")).context("the price table cannot be read")
    }

    /// One of them.
    pub(crate) fn get(&self, key: &str) -> anyhow::Result<&Price> {
        self.prices.iter().find(|price| price.key == key).with_context(|| format!("there is no price of {key}"))
    }
}

impl Measurements {
    /// Those that were recorded.
    pub(crate) fn built_in() -> anyhow::Result<Self> {
        serde_json::from_str(include_str!("measured.json")).context("the recorded measurements cannot be read")
    }
}
