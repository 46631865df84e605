//! `POST /uploads`: a form with which the page sends one file straight to S3.

use axum::{
    Json,
    extract::{Request, State},
};
use sbf_dialog::ports::{UploadError, UploadRequest};
use serde_json::{Map, Value, json};

use super::{App, Refusal, body::json_bytes, epoch_millis, refusal::caller};
use crate::quotas::Quotas;

/// Answers `{url, fields, key, expiresAt}`; the page posts the fields in their order and then the file, as `file`.
pub(super) async fn uploads(State(app): State<App>, request: Request) -> Result<Json<Value>, Refusal> {
    let caller = caller(&request)?;
    let uploads = app.uploads.ok_or_else(|| Refusal::not_offered("This bot takes no files."))?;
    let wanted = UploadRequest::parse(&json_bytes(request).await?).map_err(|error| Refusal::bad(error.to_string()))?;
    let id = uuid::Uuid::new_v4().to_string();
    let form = uploads.form(&caller.subject, &wanted, epoch_millis(), &id).await;
    let form = form.map_err(|error| refused(&error, app.quotas.as_ref()))?;
    let fields: Map<String, Value> =
        form.fields.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    Ok(Json(json!({ "url": form.url, "fields": fields, "key": form.key, "expiresAt": form.expires_at })))
}

fn refused(error: &UploadError, quotas: Option<&Quotas>) -> Refusal {
    match error {
        UploadError::Refused(sentence) => Refusal::bad(sentence.clone()),
        UploadError::UsedUp => {
            let seconds = quotas.map_or(0, Quotas::seconds_left_today);
            Refusal::used_up("You have sent as many files as you can in a day; send more tomorrow.", seconds)
        }
        UploadError::Unsigned(_) => {
            tracing::error!(%error, "an upload was not signed");
            Refusal::ours()
        }
    }
}
