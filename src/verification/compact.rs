//! The stored form of what there is a lot of, kept short: fields that say nothing are left out,
//! keyed hashes are text. Earlier forms, with every field and with hashes as lists of numbers, are
//! read as well.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Whether a field may be left out.
pub(super) fn says_nothing<T: Default + PartialEq>(field: &T) -> bool {
    *field == T::default()
}

/// A keyed hash in its stored form.
struct Hash([u8; 32]);

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = [0; 43];
        let written = URL_SAFE_NO_PAD.encode_slice(self.0, &mut text);
        let text = written.ok().and_then(|_| std::str::from_utf8(&text).ok());
        serializer.serialize_str(text.unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
        struct Visitor;

        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = [u8; 32];

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a keyed hash")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<[u8; 32], E> {
                let mut hash = [0; 32];
                match URL_SAFE_NO_PAD.decode_slice(text, &mut hash) {
                    Ok(32) => Ok(hash),
                    Ok(_) | Err(_) => Err(E::custom("no keyed hash")),
                }
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(
                self,
                list: A,
            ) -> Result<[u8; 32], A::Error> {
                Deserialize::deserialize(serde::de::value::SeqAccessDeserializer::new(list))
            }
        }

        deserializer.deserialize_any(Visitor).map(Hash)
    }
}

/// For one keyed hash.
pub(super) mod hash {
    use super::*;

    pub fn serialize<S: Serializer>(hash: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        Hash(*hash).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        Hash::deserialize(deserializer).map(|Hash(hash)| hash)
    }
}

/// For one that may be missing.
pub(super) mod maybe_hash {
    use super::*;

    pub fn serialize<S: Serializer>(
        hash: &Option<[u8; 32]>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        hash.map(Hash).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<[u8; 32]>, D::Error> {
        Ok(Option::deserialize(deserializer)?.map(|Hash(hash)| hash))
    }
}

/// For several.
pub(super) mod hashes {
    use super::*;

    pub fn serialize<S: Serializer>(hashes: &[[u8; 32]], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(hashes.iter().copied().map(Hash))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<[u8; 32]>, D::Error> {
        let hashes: Vec<Hash> = Deserialize::deserialize(deserializer)?;
        Ok(hashes.into_iter().map(|Hash(hash)| hash).collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize, Serialize)]
    struct All {
        #[serde(with = "hash")]
        one: [u8; 32],
        #[serde(with = "maybe_hash")]
        maybe: Option<[u8; 32]>,
        #[serde(with = "hashes")]
        several: Vec<[u8; 32]>,
    }

    #[test]
    fn hashes_are_text_and_were_lists() {
        let all = All { one: [0; 32], maybe: Some([255; 32]), several: vec![[1; 32], [2; 32]] };
        let (zeros, full) = ("A".repeat(43), "_".repeat(42) + "8");
        let written = serde_json::to_value(&all).unwrap();
        assert_eq!(written["one"], json!(zeros));
        assert_eq!(written["maybe"], json!(full));
        assert_eq!(serde_json::from_value::<All>(written).unwrap(), all);
        let list = |byte: u8, length: usize| json!(vec![byte; length]);
        let old = json!({
            "one": list(0, 32),
            "maybe": list(255, 32),
            "several": [list(1, 32), list(2, 32)],
        });
        assert_eq!(serde_json::from_value::<All>(old.clone()).unwrap(), all);
        let none = json!({"one": zeros, "maybe": null, "several": []});
        assert_eq!(serde_json::from_value::<All>(none).unwrap().maybe, None);
        for bad in [json!("A"), json!("A".repeat(44)), list(0, 31), json!("ä"), json!(7)] {
            let mut bent = old.clone();
            bent["one"] = bad;
            assert!(serde_json::from_value::<All>(bent.clone()).is_err(), "{bent}");
        }
    }
}
