//! Budgets in process, by a clock that stands still until it is moved.

use governor::clock::FakeRelativeClock;

use super::*;

fn points(points: u32) -> NonZeroU32 {
    NonZeroU32::new(points).unwrap()
}

fn quota(whole: u32, per_second: u32) -> Quota {
    Budget { points: points(whole), per_second: points(per_second) }.into()
}

fn budgets(sets: usize) -> (Local<FakeRelativeClock>, FakeRelativeClock) {
    let clock = FakeRelativeClock::default();
    (Local::with(sets, clock.clone()), clock)
}

fn remaining(verdict: Verdict) -> u32 {
    match verdict {
        Verdict::Paid(state) => state.remaining,
        other => panic!("{other:?}"),
    }
}

fn wait(verdict: Verdict) -> Duration {
    match verdict {
        Verdict::Refused { wait, .. } => wait,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_spent_comes_back_at_its_rate_and_not_beyond_the_whole() {
    let (local, clock) = budgets(16);
    let quota = quota(100, 10);
    assert_eq!(remaining(local.charge("ann", quota, points(60))), 40);
    assert_eq!(wait(local.charge("ann", quota, points(50))), Duration::from_secs(1));
    clock.advance(Duration::from_millis(999));
    assert_eq!(wait(local.charge("ann", quota, points(50))), Duration::from_millis(1));
    clock.advance(Duration::from_millis(1));
    assert_eq!(remaining(local.charge("ann", quota, points(50))), 0);
    assert_eq!(wait(local.charge("ann", quota, points(1))), Duration::from_millis(100));
    clock.advance(Duration::from_hours(1));
    assert_eq!(remaining(local.charge("ann", quota, points(1))), 99);
    assert_eq!(local.charge("ann", quota, points(101)), Verdict::TooMuch);
}

#[test]
fn a_refusal_charges_nothing_and_tells_what_is_left() {
    let (local, _clock) = budgets(16);
    let quota = quota(100, 10);
    local.charge("ann", quota, points(95));
    for _ in 0..1000 {
        let refused = local.charge("ann", quota, points(6));
        assert_eq!(refused, local.look("ann", quota, points(6)).unwrap());
        let Verdict::Refused { state, wait } = refused else { panic!("{refused:?}") };
        assert_eq!((state.remaining, wait), (5, Duration::from_millis(100)));
        assert_eq!(state.full_in, Duration::from_millis(9500));
    }
    assert!(local.look("ann", quota, points(5)).is_none());
    assert_eq!(remaining(local.charge("ann", quota, points(5))), 0);
}

/// The time stands still, so that not one of a million debts is paid back meanwhile.
#[test]
fn a_million_addresses_take_no_memory_and_hand_no_fresh_budget_to_those_who_spent_theirs() {
    let (local, _clock) = budgets(4096);
    let quota = quota(10_000, 100);
    let before = local.bytes();
    for debtor in 0..1000 {
        local.charge(&format!("debtor {debtor}"), quota, points(10_000));
    }
    for stranger in 0..1_000_000 {
        local.charge(&format!("stranger {stranger}"), quota, points(10));
    }
    let forgotten =
        (0..1000).filter(|debtor| local.look(&format!("debtor {debtor}"), quota, points(1)).is_none());
    assert_eq!(forgotten.count(), 0);
    assert_eq!(local.bytes(), before);
    assert!(before <= 4096 * 160, "{before}");
    assert_eq!(remaining(local.charge("newcomer", quota, points(1))), 9999, "and newcomers are served");
}

#[test]
fn whoever_has_paid_back_makes_room_before_anybody_else() {
    let (local, clock) = budgets(1);
    let quota = quota(100, 10);
    for early in 0..8 {
        local.charge(&format!("early {early}"), quota, points(100));
    }
    clock.advance(Duration::from_secs(10));
    for late in 0..8 {
        local.charge(&format!("late {late}"), quota, points(1));
    }
    for late in 0..8 {
        assert_eq!(remaining(local.charge(&format!("late {late}"), quota, points(1))), 98, "{late}");
    }
}

#[test]
fn another_quota_starts_from_what_was_spent() {
    let (local, clock) = budgets(16);
    clock.advance(Duration::from_secs(100));
    local.charge("ann", quota(100, 10), points(50));
    clock.advance(Duration::from_secs(1));
    // Five seconds of debt, one of which has passed.
    assert_eq!(remaining(local.charge("ann", quota(200, 20), points(20))), 200 - 80 - 20);
    // Four seconds and one of debt: more than the whole of a small budget, which is all that counts from now on.
    assert_eq!(wait(local.charge("ann", quota(40, 10), points(1))), Duration::from_millis(100));
    clock.advance(Duration::from_secs(1));
    assert_eq!(remaining(local.charge("ann", quota(40, 10), points(1))), 9);
}

#[test]
fn what_others_learnt_counts_and_less_does_not() {
    let (local, _clock) = budgets(16);
    let quota = quota(100, 10);
    local.learn("ann", Duration::from_secs(8).as_nanos().try_into().unwrap());
    local.learn("ann", 1);
    assert_eq!(wait(local.look("ann", quota, points(21)).unwrap()), Duration::from_millis(100));
    local.learn("bob", u64::MAX);
    assert_eq!(
        wait(local.charge("bob", quota, points(1))),
        Duration::from_millis(100),
        "never more than the whole"
    );
}

#[test]
fn the_largest_budgets_do_not_overflow() {
    let (local, clock) = budgets(16);
    clock.advance(Duration::from_hours(24 * 365 * 100));
    for quota in [
        Quota::new(NonZeroU32::MAX, Duration::MAX),
        Quota::new(NonZeroU32::MAX, Duration::ZERO),
        quota(1_000_000_000, 1),
        quota(1, 1_000_000),
        Tries { at_once: points(1_000_000), per_hour: points(1) }.into(),
    ] {
        let key = format!("{quota:?}");
        assert_eq!(remaining(local.charge(&key, quota, quota.points)), 0, "{key}");
        assert!(wait(local.charge(&key, quota, quota.points)) > Duration::ZERO);
    }
}

#[test]
fn a_share_is_as_full_and_full_as_fast() {
    let (local, _clock) = budgets(16);
    let whole = quota(1000, 100);
    local.charge("ann", whole, points(500));
    let share = whole.share(4);
    assert_eq!((share.points(), share.whole()), (250, whole.whole()));
    assert_eq!(remaining(local.charge("ann", share, points(25))), 100);
    assert_eq!(quota(3, 1).share(1000).points(), 1);
}

#[tokio::test]
async fn many_at_once_get_no_more_than_there_is() {
    let throttle = std::sync::Arc::new(Throttle::alone());
    let quota = Quota::new(points(1000), Duration::from_hours(1));
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let throttle = std::sync::Arc::clone(&throttle);
            tokio::spawn(async move {
                let mut paid = 0;
                for _ in 0..500 {
                    let verdict = throttle.charge("ann", quota, points(1)).await;
                    paid += u32::from(matches!(verdict, Verdict::Paid(_)));
                }
                paid
            })
        })
        .collect();
    let mut paid = 0;
    for task in tasks {
        paid += task.await.unwrap();
    }
    assert_eq!(paid, 1000);
}

#[test]
fn what_is_no_address_of_a_redis_is_refused_without_being_told() {
    for wrong in ["", "http://:hunter2@host", "redis://:hunter2@host:notaport"] {
        let refused = Throttle::with_redis(wrong, 1).err().unwrap();
        assert!(!refused.to_string().contains("hunter2"));
    }
}
