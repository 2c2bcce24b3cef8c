"""A camera that cannot be judged is told of once, and once when it can be again."""

from collections.abc import Iterator

from vision.live.trouble import OFFLINE_AFTER_S, Signs, TroubleWatch

Told = list[tuple[float, str, str, float]]


def told(signs: Iterator[Signs], watch: TroubleWatch | None = None) -> Told:
    watch = watch or TroubleWatch()
    return [
        (sign.time_s, news.rule, news.kind, news.at_s)
        for sign in signs
        for news in watch.step(sign)
    ]


def test_a_camera_is_offline_within_a_minute_of_its_last_picture_and_since_then() -> None:
    news = told(Signs(float(t), min(t, 100.0)) for t in range(200))
    assert len(news) == 1
    at_s, rule, kind, since_s = news[0]
    assert (rule, kind, since_s) == ("camera_offline", "began", 100.0)
    assert OFFLINE_AFTER_S <= at_s - 100.0 <= 60.0


def test_it_is_over_once_pictures_have_come_for_a_while() -> None:
    news = told(Signs(float(t), 10.0 if t < 100 else float(t)) for t in range(130))
    assert [(rule, kind) for _, rule, kind, _ in news] == [
        ("camera_offline", "began"),
        ("camera_offline", "over"),
    ]
    assert news[1][3] == 100.0


def test_a_line_that_comes_and_goes_every_few_seconds_is_one_trouble() -> None:
    def flaps(t: int) -> float:
        return float(t) if t > 100 and t % 9 == 0 else 20.0 if t < 100 else float(t - t % 9)

    news = told(Signs(float(t), flaps(t)) for t in range(100))
    assert [kind for _, _, kind, _ in news] == ["began"]


def test_a_picture_that_cannot_be_judged_is_told_by_its_own_name() -> None:
    states = ("frozen", "blurred", "covered", "moved", "dark")
    for state in states:
        news = told(Signs(float(t), float(t), state, 5.0) for t in range(5, 60))  # type: ignore[arg-type]
        assert [(rule, kind) for _, rule, kind, _ in news] == [(f"camera_{state}", "began")]


def test_a_kitchen_that_is_closed_may_be_dark() -> None:
    assert told(Signs(float(t), float(t), "dark", 0.0, lit=False) for t in range(100)) == []


def test_a_machine_that_cannot_keep_up_says_so() -> None:
    news = told(Signs(float(t), float(t), share_lost=0.6) for t in range(60))
    assert [(rule, kind) for _, rule, kind, _ in news] == [("camera_overloaded", "began")]


def test_a_disk_that_takes_no_evidence_is_told_too() -> None:
    news = told(Signs(float(t), float(t), recording=t < 10) for t in range(60))
    assert [(rule, kind) for _, rule, kind, _ in news] == [("camera_overloaded", "began")]


def test_nothing_is_said_of_the_picture_of_a_camera_that_is_offline() -> None:
    def signs() -> Iterator[Signs]:
        for t in range(200):
            yield Signs(float(t), min(float(t), 40.0), "frozen", 5.0)

    assert [(rule, kind) for _, rule, kind, _ in told(signs())] == [
        ("camera_frozen", "began"),
        ("camera_offline", "began"),
    ]


def test_what_was_told_before_a_restart_is_not_told_again_but_ended() -> None:
    watch = TroubleWatch()
    watch.resume("camera_frozen")
    news = told((Signs(float(t), float(t), "frozen", 0.0) for t in range(60)), watch)
    assert news == []
    over = told((Signs(float(t), float(t)) for t in range(60, 90)), watch)
    assert [(rule, kind) for _, rule, kind, _ in over] == [("camera_frozen", "over")]
