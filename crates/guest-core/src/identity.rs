//! Who a provider or a certificate says somebody is (OR-31).

/// Who a provider of single sign-on, or a certificate, says somebody is.
///
/// Both together name one person for good: a subject is never given to somebody else by its issuer.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Identity {
    /// Who says so: the address of an `OpenID` provider, or the name of a certificate's issuer.
    pub issuer: String,
    /// What they call the person.
    pub subject: String,
}

impl Identity {
    /// Returns whether one can sign in with it (OR-35): providers are addresses, certificates'
    /// issuers are not.
    #[must_use]
    pub fn is_sso(&self) -> bool {
        self.issuer.starts_with("https://") || self.issuer.starts_with("http://")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn or_35_one_signs_in_with_what_a_provider_says() {
        let by = |issuer: &str| Identity { issuer: issuer.to_owned(), subject: "7".to_owned() };
        assert!(by("https://idp.acme.example").is_sso());
        assert!(by("http://127.0.0.1:4000").is_sso());
        assert!(!by("CN=Acme Root, O=Acme").is_sso());
    }
}
