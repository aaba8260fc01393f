//! An SMS as it was ordered, and how many segments it would be billed as.

/// One SMS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sms {
    /// From 1 in the order of arrival.
    pub id: u64,
    /// Twilio's name for it: SM and 32 hexadecimal digits.
    pub sid: String,
    /// E.164.
    pub to: String,
    /// A number, an alphanumeric sender or a messaging service's sid.
    pub from: String,
    pub body: String,
    /// How long the provider may try, in seconds.
    pub validity_s: u32,
    pub status_callback: Option<String>,
    /// Milliseconds since 1970 by the world's clock.
    pub at_ms: i64,
}

const GSM_7: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡\
    ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// These take two septets.
const GSM_7_EXTENDED: &str = "\u{c}^{}\\[~]|€";

impl Sms {
    /// Septets if all of it is in the GSM 7-bit alphabet.
    #[must_use]
    pub fn septets(&self) -> Option<usize> {
        let septets = |c| {
            if GSM_7.contains(c) {
                Some(1)
            } else if GSM_7_EXTENDED.contains(c) {
                Some(2)
            } else {
                None
            }
        };
        self.body.chars().map(septets).sum()
    }

    /// How many parts are billed.
    #[must_use]
    pub fn segments(&self) -> usize {
        let (length, single, part) = match self.septets() {
            Some(septets) => (septets, 160, 153),
            None => (self.body.encode_utf16().count(), 70, 67),
        };
        if length <= single { 1 } else { length.div_ceil(part) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sms(body: &str) -> Sms {
        Sms {
            id: 1,
            sid: String::new(),
            to: String::new(),
            from: String::new(),
            body: body.to_owned(),
            validity_s: 1,
            status_callback: None,
            at_ms: 0,
        }
    }

    #[test]
    fn segments_are_counted_as_billed() {
        assert_eq!((sms("Grüße").septets(), sms("Grüße").segments()), (Some(5), 1));
        assert_eq!(sms("5 €").septets(), Some(4));
        assert_eq!(sms("🦀").septets(), None);
        assert_eq!((sms(&"a".repeat(160)).segments(), sms(&"a".repeat(161)).segments()), (1, 2));
        assert_eq!((sms(&"ж".repeat(70)).segments(), sms(&"ж".repeat(71)).segments()), (1, 2));
    }
}
