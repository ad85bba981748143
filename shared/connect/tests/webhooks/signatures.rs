//! Signatures: known answers from other implementations, and everything that must be rejected.

use connect::{
    Endpoint, Headers, Secrets, SignatureError, SignedRequest, registry,
    signature::{standard, stripe},
};
use jiff::Timestamp;

use crate::support::{STRIPE_SECRET, WMS_SECRET, ago, berlin, from_stripe, now, secrets, stripes};

/// The known answer of the Standard Webhooks reference libraries.
const ID: &str = "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk";
const TIME: &str = "1649367553";
const BODY: &[u8] = br#"{"email":"test@example.com","username":"test_user"}"#;
const SIGNATURE: &str = "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=";

fn standard(signature: &str, secrets: &Secrets) -> Result<(), SignatureError> {
    standard_at(ID, TIME, signature, secrets, at(TIME))
}

fn standard_at(
    id: &str,
    time: &str,
    signature: &str,
    secrets: &Secrets,
    now: Timestamp,
) -> Result<(), SignatureError> {
    let pairs = [
        ("Webhook-Id", id),
        ("Webhook-Timestamp", time),
        ("Webhook-Signature", signature),
    ];
    standard::verify(&Headers::from_iter(pairs), BODY, secrets, now).map(|message| {
        assert_eq!((message.id(), message.body().bytes()), (id, BODY));
    })
}

fn at(seconds: &str) -> Timestamp {
    Timestamp::from_second(seconds.parse().unwrap()).unwrap()
}

#[test]
fn the_known_answer_of_standard_webhooks_is_ours() {
    assert_eq!(standard(SIGNATURE, &secrets([WMS_SECRET])), Ok(()));
    let signed = standard::sign(&secrets([WMS_SECRET]), ID, at(TIME), BODY).unwrap();
    let expected = [
        ("webhook-id", ID),
        ("webhook-timestamp", TIME),
        ("webhook-signature", SIGNATURE),
    ];
    assert_eq!(
        signed,
        expected.map(|(name, value)| (name, value.to_owned()))
    );
}

#[test]
fn a_standard_signature_may_stand_among_others_and_go_without_padding() {
    let good = secrets([WMS_SECRET]);
    let unpadded = SIGNATURE.trim_end_matches('=');
    assert_eq!(standard(unpadded, &good), Ok(()));
    assert_eq!(
        standard(&format!("v1a,abc v1,%% v1,AAAA {SIGNATURE}"), &good),
        Ok(())
    );
    assert_eq!(
        standard(SIGNATURE, &secrets(["C2FVsBQIhrscChlQIMV+b5sSYspob7oD"])),
        Ok(())
    );
    assert_eq!(
        standard(&SIGNATURE.replace("v1,", "v2,"), &good)
            .unwrap_err()
            .code(),
        "malformed_signature"
    );
    assert_eq!(standard("v1,AAAA", &good), Err(SignatureError::Wrong));
    assert_eq!(
        standard(&SIGNATURE.replace("tZ", "tz"), &good),
        Err(SignatureError::Wrong)
    );
}

#[test]
fn rotation_works_with_two_live_secrets_on_either_side() {
    let other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert_eq!(standard(SIGNATURE, &secrets([other, WMS_SECRET])), Ok(()));
    assert_eq!(
        standard(SIGNATURE, &secrets([other])),
        Err(SignatureError::Wrong)
    );
    let signed = standard::sign(&secrets([other, WMS_SECRET]), ID, at(TIME), BODY).unwrap();
    assert_eq!(standard(&signed[2].1, &secrets([WMS_SECRET])), Ok(()));
    assert_eq!(standard(&signed[2].1, &secrets([other])), Ok(()));
}

#[test]
fn unusable_secrets_are_not_used() {
    let long = format!("whsec_{}", "A".repeat(88));
    for bad in [
        "",
        "whsec_",
        "whsec_c2hvcnQ=",
        "whsec_not base64 at all!",
        long.as_str(),
    ] {
        assert_eq!(
            standard(SIGNATURE, &secrets([bad])).unwrap_err().code(),
            "unusable_secret",
            "{bad}"
        );
        assert_eq!(
            standard::sign(&secrets([bad]), ID, now(), BODY)
                .unwrap_err()
                .code(),
            "unusable_secret"
        );
    }
    assert_eq!(
        standard(SIGNATURE, &secrets([])),
        Err(SignatureError::NoSecret)
    );
    assert_eq!(
        standard(SIGNATURE, &secrets(["", WMS_SECRET])),
        Ok(()),
        "a good one beside a bad one"
    );
}

#[test]
fn an_ambiguous_standard_id_is_rejected() {
    let good = secrets([WMS_SECRET]);
    for id in ["msg.1", "msg 1", &"m".repeat(256), "msg\u{e9}"] {
        let rejected = standard_at(id, TIME, SIGNATURE, &good, at(TIME));
        assert_eq!(rejected.unwrap_err().code(), "malformed_signature", "{id}");
        assert!(standard::sign(&good, id, now(), BODY).is_err());
    }
    for time in [
        "",
        "soon",
        "-1649367553",
        "+1649367553",
        "1649367553.0",
        "16493675530000",
    ] {
        assert!(
            standard_at(ID, time, SIGNATURE, &good, at(TIME)).is_err(),
            "{time}"
        );
    }
}

#[test]
fn both_schemes_hold_the_window_both_ways() {
    let standard_signed = |seconds: i64| {
        let signed = standard::sign(&secrets([WMS_SECRET]), "m", ago(seconds), BODY).unwrap();
        let headers: Headers<'_> = signed
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        standard::verify(&headers, BODY, &secrets([WMS_SECRET]), now()).map(|_| ())
    };
    let stripe_signed = |seconds: i64| {
        let header = stripe::sign(&secrets([STRIPE_SECRET]), ago(seconds), BODY).unwrap();
        stripe(&header, BODY, &[STRIPE_SECRET])
    };
    for seconds in [-300, -1, 0, 299, 300] {
        assert_eq!(standard_signed(seconds), Ok(()), "{seconds}");
        assert_eq!(stripe_signed(seconds), Ok(()), "{seconds}");
    }
    for seconds in [-100_000, -301, 301, 1_000_000] {
        assert_eq!(
            standard_signed(seconds),
            Err(SignatureError::OutOfWindow),
            "{seconds}"
        );
        assert_eq!(
            stripe_signed(seconds),
            Err(SignatureError::OutOfWindow),
            "{seconds}"
        );
    }
}

fn stripe(header: &str, body: &[u8], live: &[&str]) -> Result<(), SignatureError> {
    stripe_at(header, body, live, now())
}

fn stripe_at(
    header: &str,
    body: &[u8],
    live: &[&str],
    now: Timestamp,
) -> Result<(), SignatureError> {
    let headers = Headers::from_iter([("stripe-signature", header)]);
    stripe::verify(&headers, body, &Secrets::new(live), now).map(|_| ())
}

/// Made with Python's `hmac` and OpenSSL, not with this crate.
const STRIPE_BODY: &[u8] = br#"{"id":"evt_1","type":"x"}"#;
const STRIPE_TIME: &str = "1790000000";
const STRIPE_MAC: &str = "3b8e4b6c8b86d96e36e259dbea0e53747ab4f20ec7551c9edee546d6b7c31701";
const STRIPE_MAC_OTHER: &str = "113cceb599b6a2d2ea18070b13e78036e039da371fa034450c7454ade0c60b7c";

#[test]
fn stripes_signature_is_the_one_that_others_compute() {
    let header = format!("t={STRIPE_TIME},v1={STRIPE_MAC}");
    assert_eq!(
        stripe::sign(&secrets([STRIPE_SECRET]), at(STRIPE_TIME), STRIPE_BODY).as_ref(),
        Ok(&header)
    );
    let verify =
        |header: &str, live: &[&str]| stripe_at(header, STRIPE_BODY, live, at(STRIPE_TIME));
    assert_eq!(verify(&header, &[STRIPE_SECRET]), Ok(()));
    assert_eq!(verify(&header, &["whsec_third", STRIPE_SECRET]), Ok(()));
    let rolled = format!("t={STRIPE_TIME}, v1={STRIPE_MAC_OTHER}, v1={STRIPE_MAC},v0=00");
    for live in [STRIPE_SECRET, "whsec_other"] {
        assert_eq!(
            verify(&rolled, &[live]),
            Ok(()),
            "either of two v1 may match"
        );
    }
    assert_eq!(
        verify(&rolled, &["whsec_third"]),
        Err(SignatureError::Wrong)
    );
    assert_eq!(
        verify(&rolled, &["test_secret"]),
        Err(SignatureError::Wrong),
        "the prefix is part of the key"
    );
}

#[test]
fn stripes_header_is_read_strictly() {
    let good = stripe::sign(&secrets([STRIPE_SECRET]), now(), BODY).unwrap();
    let (time, v1) = good.split_once(',').unwrap();
    let tampered = stripe(
        &good,
        br#"{"email":"test@example.com","username":"test_usar"}"#,
        &[STRIPE_SECRET],
    );
    assert_eq!(tampered, Err(SignatureError::Wrong));
    let later = format!("t={},{v1}", now().as_second() + 1);
    assert_eq!(
        stripe(&later, BODY, &[STRIPE_SECRET]),
        Err(SignatureError::Wrong)
    );
    let v0 = good.replace("v1=", "v0=");
    for header in [
        "t",
        "garbage",
        ",,,",
        time,
        v1,
        &v0,
        &format!("{time},{good}"),
        &format!("{good},{good}"),
        &format!("{time},v1=zz"),
        &format!("t=,{v1}"),
        &format!("t=-1,{v1}"),
    ] {
        assert_eq!(
            stripe(header, BODY, &[STRIPE_SECRET]).unwrap_err().code(),
            "malformed_signature",
            "{header}"
        );
    }
    assert_eq!(
        stripe("", BODY, &[STRIPE_SECRET]).unwrap_err().code(),
        "missing_signature"
    );
    assert_eq!(stripe(&good, BODY, &[]).unwrap_err().code(), "no_secret");
    for empty in ["", " ", "whsec_"] {
        assert_eq!(
            stripe(&good, BODY, &[empty]).unwrap_err().code(),
            "unusable_secret"
        );
        assert!(stripe::sign(&secrets([empty]), now(), BODY).is_err());
    }
    let truncated = format!("{time},{}", &v1[..v1.len() - 2]);
    assert_eq!(
        stripe(&truncated, BODY, &[STRIPE_SECRET]),
        Err(SignatureError::Wrong)
    );
}

#[test]
fn rejections_have_a_status_and_a_code() {
    let nothing = Headers::default();
    let reject = |endpoint: &Endpoint, body: &[u8]| {
        let request = SignedRequest {
            headers: &nothing,
            body,
        };
        let rejection = endpoint
            .receive(&request, &secrets([WMS_SECRET]), now())
            .unwrap_err();
        (rejection.status(), rejection.code())
    };
    assert_eq!(reject(&stripes(), b"{}"), (401, "missing_signature"));
    assert_eq!(reject(&berlin(), b"{}"), (401, "missing_signature"));
    assert_eq!(
        reject(&berlin(), &vec![b' '; connect::BODY_MAX + 1]),
        (413, "body_too_large")
    );
    let broken = from_stripe(b"{").unwrap_err();
    assert_eq!((broken.status(), broken.code()), (400, "malformed_json"));
}

#[test]
fn a_path_names_an_endpoint_or_none() {
    assert_eq!(stripes().vendor(), "stripe");
    assert_eq!(stripes().secrets_path(), "webhooks/stripe");
    assert_eq!(berlin().vendor(), "wms");
    assert_eq!(berlin().secrets_path(), "webhooks/wms/berlin");
    let unknown: [&[&str]; 7] = [
        &["stripe", "x"],
        &["wms"],
        &["wms", "../stripe"],
        &["wms", "berlin", "x"],
        &["Stripe"],
        &[""],
        &[],
    ];
    for path in unknown {
        assert!(registry::find(path).is_none(), "{path:?}");
    }
}
