//! Fields of a message that this version of the contract does not have.

use bytes::{Buf, BufMut, Bytes};
use prost::encoding::{encode_key, skip_field, DecodeContext, WireType};
use prost::DecodeError;

/// The fields of a message that only a newer server knows: each as it came, in the order in which
/// they came.
///
/// A message that was read keeps them, and so do its parts: it may be changed and sent back, and
/// nothing of what the server knows is lost. They count when messages are compared.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct UnknownFields {
    encoded: Vec<u8>,
}

impl UnknownFields {
    /// The fields in the encoding of Protocol Buffers, keys included.
    pub fn encoded(&self) -> &[u8] {
        &self.encoded
    }

    pub(crate) fn merge(
        unknown: &mut Option<Self>,
        tag: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        ctx: DecodeContext,
    ) -> Result<(), DecodeError> {
        let mut field = Vec::new();
        encode_key(tag, wire_type, &mut field);
        let copied = &mut Copied {
            from: buf,
            to: &mut field,
        };
        skip_field(wire_type, tag, copied, ctx)?;
        let all = &mut unknown.get_or_insert_with(Self::default).encoded;
        all.extend_from_slice(&field);
        Ok(())
    }

    pub(crate) fn encode(&self, buf: &mut impl BufMut) {
        buf.put_slice(&self.encoded);
    }

    pub(crate) fn encoded_len(&self) -> usize {
        self.encoded.len()
    }
}

impl std::fmt::Debug for UnknownFields {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // As the text of a string of bytes.
        Bytes::copy_from_slice(&self.encoded).fmt(out)
    }
}

/// A buffer of which all that is read is copied.
struct Copied<'a, B> {
    from: &'a mut B,
    to: &'a mut Vec<u8>,
}

impl<B: Buf> Buf for Copied<'_, B> {
    fn remaining(&self) -> usize {
        self.from.remaining()
    }

    fn chunk(&self) -> &[u8] {
        self.from.chunk()
    }

    fn advance(&mut self, count: usize) {
        self.to.put(self.from.take(count));
    }
}

/// Implements `prost::Message` for a generated message: what the derive made of its fields, with
/// the numbers that are known, and [`UnknownFields`] for all others.
macro_rules! message {
    ($message:ident, $($known:literal)|+) => {
        impl ::prost::Message for $message {
            fn encode_raw(&self, buf: &mut impl ::prost::bytes::BufMut) {
                crate::derived::Message::encode_raw(self, buf);
            }

            fn merge_field(
                &mut self,
                tag: u32,
                wire_type: ::prost::encoding::WireType,
                buf: &mut impl ::prost::bytes::Buf,
                ctx: ::prost::encoding::DecodeContext,
            ) -> ::core::result::Result<(), ::prost::DecodeError> {
                match tag {
                    $($known)|+ => {
                        crate::derived::Message::merge_field(self, tag, wire_type, buf, ctx)
                    }
                    _ => {
                        let unknown = &mut self.unknown_fields;
                        crate::UnknownFields::merge(unknown, tag, wire_type, buf, ctx)
                    }
                }
            }

            fn encoded_len(&self) -> usize {
                crate::derived::Message::encoded_len(self)
            }

            fn clear(&mut self) {
                crate::derived::Message::clear(self);
            }
        }
    };
}
pub(crate) use message;

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use prost::Message;

    use crate::v1::definition::Spec;
    use crate::v1::target_value::Kind;
    use crate::v1::{Definition, Period};

    // What a newer server knows of a definition.

    #[derive(Clone, PartialEq, Message)]
    struct NewerDefinition {
        #[prost(string, tag = "1")]
        name: String,
        #[prost(string, optional, tag = "2")]
        display_name: Option<String>,
        #[prost(message, optional, tag = "21")]
        kpi: Option<NewerKpi>,
        #[prost(string, tag = "1000")]
        of_tomorrow: String,
    }

    #[derive(Clone, PartialEq, Message)]
    struct NewerKpi {
        #[prost(string, optional, tag = "2")]
        owner: Option<String>,
        #[prost(map = "string, message", tag = "4")]
        inputs: HashMap<String, NewerInput>,
        #[prost(message, repeated, tag = "11")]
        slices: Vec<NewerGrouping>,
        #[prost(message, optional, tag = "12")]
        target: Option<NewerTarget>,
        #[prost(double, tag = "1000")]
        of_tomorrow: f64,
    }

    #[derive(Clone, PartialEq, Message)]
    struct NewerInput {
        #[prost(string, optional, tag = "1")]
        metric: Option<String>,
        #[prost(map = "string, sint64", tag = "1000")]
        of_tomorrow: HashMap<String, i64>,
    }

    #[derive(Clone, PartialEq, Message)]
    struct NewerGrouping {
        #[prost(string, repeated, tag = "1")]
        dimensions: Vec<String>,
        #[prost(fixed32, repeated, tag = "1000")]
        of_tomorrow: Vec<u32>,
    }

    #[derive(Clone, PartialEq, Message)]
    struct NewerTarget {
        #[prost(message, optional, tag = "2")]
        range: Option<NewerRange>,
    }

    #[derive(Clone, PartialEq, Message)]
    struct NewerRange {
        #[prost(string, optional, tag = "1")]
        low: Option<String>,
        #[prost(message, optional, tag = "1000")]
        of_tomorrow: Option<NewerGrouping>,
    }

    fn newer() -> NewerDefinition {
        let grouping = |name: &str, number| NewerGrouping {
            dimensions: vec![name.to_owned()],
            of_tomorrow: vec![number, 0],
        };
        let input = NewerInput {
            metric: Some("orders".to_owned()),
            of_tomorrow: HashMap::from([("a".to_owned(), -1)]),
        };
        let range = NewerRange {
            low: Some("1".to_owned()),
            of_tomorrow: Some(grouping("shift", 7)),
        };
        let kpi = NewerKpi {
            owner: Some("sales".to_owned()),
            inputs: HashMap::from([("a".to_owned(), input)]),
            slices: vec![grouping("region", 1), grouping("plant", 2)],
            target: Some(NewerTarget { range: Some(range) }),
            of_tomorrow: 0.5,
        };
        NewerDefinition {
            name: "workspaces/default/kpis/k".to_owned(),
            display_name: None,
            kpi: Some(kpi),
            of_tomorrow: "kept".to_owned(),
        }
    }

    #[test]
    fn a_definition_that_was_read_and_changed_keeps_what_a_newer_server_knows_at_every_depth() {
        let mut definition = Definition::decode(newer().encode_to_vec().as_slice()).unwrap();
        definition.display_name = Some("Orders".to_owned());
        let Some(Spec::Kpi(kpi)) = &mut definition.spec else {
            panic!("{definition:?}");
        };
        kpi.owner = Some("plant".to_owned());
        kpi.slices.swap(0, 1);
        kpi.inputs.get_mut("a").unwrap().metric = Some("orders-taken".to_owned());
        let Some(Kind::Range(range)) = &mut kpi.target.as_mut().unwrap().kind else {
            panic!("{kpi:?}");
        };
        range.lo = Some("2".to_owned());

        let mut want = newer();
        want.display_name = Some("Orders".to_owned());
        let kpi = want.kpi.as_mut().unwrap();
        kpi.owner = Some("plant".to_owned());
        kpi.slices.swap(0, 1);
        kpi.inputs.get_mut("a").unwrap().metric = Some("orders-taken".to_owned());
        let range = kpi.target.as_mut().unwrap().range.as_mut().unwrap();
        range.low = Some("2".to_owned());
        let sent = definition.encode_to_vec();
        assert_eq!(NewerDefinition::decode(sent.as_slice()).unwrap(), want);
        assert_eq!(Definition::decode(sent.as_slice()).unwrap(), definition);
    }

    /// A known field, and unknown ones of every wire type; a varint is longer than it need be.
    const FIELDS: &[u8] = b"\x0a\x041\xe2\x82\xac\
        \xc0\x3e\x81\x80\x00\
        \xc1\x3e12345678\
        \xc2\x3e\x03abc\
        \xc5\x3e1234\
        \xc3\x3e\x08\x01\x13\x0a\x01x\x14\xc4\x3e\
        \xc0\x3e\x07";
    const KNOWN: usize = 6;

    #[test]
    fn every_wire_type_survives_byte_for_byte_wherever_the_buffer_is_split() {
        for split in 0..=FIELDS.len() {
            let (head, tail) = FIELDS.split_at(split);
            let period = Period::decode(bytes::Buf::chain(head, tail)).unwrap();
            assert_eq!(period.id, "1€");
            let unknown = period.unknown_fields.as_ref().unwrap();
            assert_eq!(unknown.encoded(), &FIELDS[KNOWN..]);
            assert_eq!(period.encoded_len(), FIELDS.len());
            assert_eq!(period.encode_to_vec(), FIELDS);
        }
    }

    #[test]
    fn unknown_fields_that_are_cut_or_never_end_are_refused_and_leave_nothing() {
        let ends_of_fields = [6, 11, 21, 27, 33, 44, 47];
        for end in KNOWN..FIELDS.len() {
            let mut period = Period::default();
            let is_whole = period.merge(&FIELDS[..end]).is_ok();
            assert_eq!(is_whole, ends_of_fields.contains(&end), "{end}");
            let whole = *ends_of_fields.iter().rfind(|&&each| each <= end).unwrap();
            assert_eq!(period.encode_to_vec(), &FIELDS[..whole]);
        }
        let stray_end = b"\xc4\x3e".as_slice();
        assert!(Period::decode(stray_end).is_err());
        let endless = b"\xc3\x3e".repeat(200);
        assert!(Period::decode(endless.as_slice()).is_err());
    }

    #[test]
    fn unknown_fields_count_when_messages_are_compared_and_are_cleared_and_printed_like_others() {
        let period = |bytes: &[u8]| Period::decode(bytes).unwrap();
        assert_eq!(period(FIELDS), period(FIELDS).clone());
        assert_ne!(period(FIELDS), period(&FIELDS[..KNOWN]));
        assert_eq!(period(&FIELDS[..KNOWN]).unknown_fields, None);
        let text = format!("{:?}", period(b"\xc2\x3e\x03abc"));
        assert!(
            text.contains(r#"unknown_fields: Some(b"\xc2>\x03abc")"#),
            "{text}"
        );

        let mut cleared = period(FIELDS);
        cleared.clear();
        assert_eq!(cleared, Period::default());
        let mut merged = period(b"\xc0\x3e\x01");
        merged.merge(b"\xc0\x3e\x02".as_slice()).unwrap();
        assert_eq!(merged.encode_to_vec(), b"\xc0\x3e\x01\xc0\x3e\x02");
    }
}
