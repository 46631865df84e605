//! Who may do what: the cloud's own key pair everything, the forms' pair nothing but what a signed form says.

use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{SecretKey, SimpleAuth};
use s3s::{S3Result, s3_error};

use crate::clients::KeyPair;

/// The key pairs that S3 takes.
#[derive(Clone, Copy)]
pub(crate) struct Keys<'k> {
    pub(crate) all: &'k KeyPair,
    pub(crate) forms: &'k KeyPair,
}

impl Keys<'_> {
    pub(super) fn auth(self) -> SimpleAuth {
        let mut auth = SimpleAuth::new();
        for KeyPair { access_key, secret_key } in [self.all, self.forms] {
            auth.register(access_key.clone(), SecretKey::from(secret_key.as_str()));
        }
        auth
    }

    pub(super) fn access(self) -> Access {
        Access { forms: self.forms.access_key.clone() }
    }
}

/// Asked once a signature was verified, or found missing.
pub(super) struct Access {
    /// The access key of forms.
    forms: String,
}

#[async_trait::async_trait]
impl S3Access for Access {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        let Some(credentials) = context.credentials() else {
            return Err(s3_error!(AccessDenied, "Signature is required"));
        };
        if credentials.access_key == self.forms && context.s3_op().name() != "PostObject" {
            return Err(s3_error!(AccessDenied, "This key pair is for upload forms"));
        }
        Ok(())
    }
}
