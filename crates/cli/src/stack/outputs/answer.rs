//! What CloudFormation answers, read from its XML.

use std::collections::BTreeMap;

use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_types::error::{ErrorMetadata, metadata::ProvideErrorMetadata};
use aws_smithy_xml::decode::{Document, ScopedDecoder, XmlDecodeError, try_data};

/// Values by key; an output without a value is left out.
pub(in crate::stack) type Outputs = BTreeMap<String, String>;

/// Why there is no stack in an answer.
#[derive(Debug, thiserror::Error)]
pub(in crate::stack) enum DescribeStacksError {
    /// CloudFormation says so, with a code and a message.
    #[error("{0}")]
    Refused(ErrorMetadata),
    /// What came is not CloudFormation's.
    #[error("what CloudFormation answered cannot be read: {0}")]
    Unreadable(Box<XmlDecodeError>, ErrorMetadata),
}

impl ProvideErrorMetadata for DescribeStacksError {
    fn meta(&self) -> &ErrorMetadata {
        let (Self::Refused(metadata) | Self::Unreadable(_, metadata)) = self;
        metadata
    }
}

impl From<XmlDecodeError> for DescribeStacksError {
    fn from(error: XmlDecodeError) -> Self {
        Self::Unreadable(error.into(), ErrorMetadata::builder().build())
    }
}

/// The outputs of the stack in an answer.
///
/// # Errors
/// The refusal in it, or that it is not CloudFormation's.
pub(super) fn answer(response: &HttpResponse) -> Result<Outputs, OrchestratorError<DescribeStacksError>> {
    // The body was loaded before it came here.
    let body = response.body().bytes().unwrap_or_default();
    let answer = if response.status().is_success() {
        described(body).map_err(DescribeStacksError::from)
    } else {
        Err(refusal(body).map_or_else(DescribeStacksError::from, DescribeStacksError::Refused))
    };
    answer.map_err(OrchestratorError::operation)
}

fn described(body: &[u8]) -> Result<Outputs, XmlDecodeError> {
    let path = ["DescribeStacksResponse", "DescribeStacksResult", "Stacks", "member", "Outputs", "member"];
    let outputs = records(body, &path)?.into_iter();
    Ok(outputs.filter_map(|mut output| Some((output.remove("OutputKey")?, output.remove("OutputValue")?))).collect())
}

fn refusal(body: &[u8]) -> Result<ErrorMetadata, XmlDecodeError> {
    let mut metadata = ErrorMetadata::builder();
    for (name, text) in records(body, &["ErrorResponse", "Error"])?.into_iter().flatten() {
        metadata = match name.as_str() {
            "Code" => metadata.code(text),
            "Message" => metadata.message(text),
            _ => metadata,
        };
    }
    Ok(metadata.build())
}

/// Each element at this path of names: the texts of its children by their names.
fn records(body: &[u8], path: &[&str]) -> Result<Vec<BTreeMap<String, String>>, XmlDecodeError> {
    let mut document = Document::try_from(body)?;
    let (mut here, mut found) = (Vec::new(), Vec::new());
    while let Some(element) = document.next_start_element() {
        here.truncate(element.depth());
        here.push(element.local().to_owned());
        if here == path {
            found.push(texts(&mut document.scoped_to(element))?);
        }
    }
    match path.first() {
        Some(root) if here.first().is_none_or(|first| first != root) => {
            Err(XmlDecodeError::custom(format!("it is no {root}")))
        }
        _ => Ok(found),
    }
}

fn texts(parent: &mut ScopedDecoder<'_, '_>) -> Result<BTreeMap<String, String>, XmlDecodeError> {
    let mut texts = BTreeMap::new();
    while let Some(mut child) = parent.next_tag() {
        let name = child.start_el().local().to_owned();
        texts.insert(name, try_data(&mut child)?.into_owned());
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_read_and_one_without_value_is_left_out() {
        let found = described(include_bytes!("describe_stacks.xml")).unwrap();
        let expected = [("BrainBucket", "shop-brain-1a2b"), ("PageUrl", "https://d1.cloudfront.net/?a=1&b=2")];
        assert_eq!(found, expected.map(|(key, value)| (key.to_owned(), value.to_owned())).into());
    }

    #[test]
    fn a_refusal_has_its_code_and_message() {
        let body = br#"<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
            <Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id x does not exist</Message></Error>
            <RequestId>f9d5e5c6-7a1b-4b8e-9c3d-000000000000</RequestId></ErrorResponse>"#;
        let refusal = refusal(body).unwrap();
        assert_eq!(
            (refusal.code(), refusal.message()),
            (Some("ValidationError"), Some("Stack with id x does not exist"))
        );
    }

    #[test]
    fn what_is_not_from_cloudformation_is_no_answer() {
        for body in ["", "<html><body>Sign in to this network</body></html>", "{}"] {
            assert!(described(body.as_bytes()).is_err(), "{body}");
            assert!(refusal(body.as_bytes()).is_err(), "{body}");
        }
    }
}
