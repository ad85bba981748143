use app::{access::*, goodwill::*};

fn user(roles: &[Role]) -> Principal {
    Principal {
        subject: "ada".to_owned(),
        roles: roles.iter().copied().collect(),
        locations: std::collections::BTreeSet::new(),
    }
}

#[test]
fn a_caller_has_the_highest_limit_of_the_roles_that_may_refund() {
    let limits: GoodwillLimits = "agent:5000,admin:20000,support:90000".parse().unwrap();
    assert_eq!(limits.of(&user(&[Role::Agent])), Some(5000));
    assert_eq!(limits.of(&user(&[Role::Agent, Role::Support])), Some(5000));
    assert_eq!(limits.of(&user(&[Role::Agent, Role::Admin])), Some(20000));
    let limits: GoodwillLimits = "agent:5000".parse().unwrap();
    assert_eq!(limits.of(&user(&[Role::Agent])), Some(5000));
    assert_eq!(limits.of(&user(&[Role::Admin])), None, "no limit");
    assert_eq!(limits.of(&user(&[Role::Agent, Role::Admin])), None);
    let none: GoodwillLimits = "none".parse().unwrap();
    assert_eq!(none.of(&user(&[Role::Agent])), None);
}

#[test]
fn a_setting_that_is_no_list_of_limits_is_refused() {
    for setting in [
        "",
        "agent",
        "agent:",
        "agent:-1",
        "agent:1.5",
        "boss:1",
        "agent:1,agent:2",
        "agent:1,",
        "agent:4294967296",
    ] {
        let read: Result<GoodwillLimits, _> = setting.parse();
        assert_eq!(read, Err(UnreadableLimits), "{setting}");
    }
}
