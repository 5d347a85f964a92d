"""The settings of a process: one frozen tree, read once from the environment and checked whole.

Nothing else reads the environment. `docs/operations.md` lists every setting (a test compares).
"""

import base64
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from common.crypto import Keyring, decode_key
from common.errors import SettingsError

ROOT = Path(__file__).resolve().parents[1]
PREFIX = "FIRST1001_"
_NUMBER = re.compile(r"\+[1-9]\d{7,14}")


@dataclass(frozen=True)
class Twilio:
    """The SMS account; `api_base` is only ever changed to reach the local double."""

    account_sid: str
    auth_token: str = field(repr=False)
    from_number: str
    api_base: str | None


@dataclass(frozen=True)
class Telegram:
    """The Telegram bot; polling is for a first try, the webhook for production."""

    token: str = field(repr=False)
    secret_token: str = field(repr=False)
    api_base: str | None
    polling: bool


@dataclass(frozen=True)
class Mail:
    """Where alert mail is handed in."""

    host: str
    port: int
    sender: str
    user: str | None
    password: str | None = field(repr=False)
    tls: bool


@dataclass(frozen=True)
class Settings:
    """Everything that an operator may set.

    Times end in `_s` (seconds). `action_timeout_s < turn_timeout_s < lease_s` always holds.
    """

    live: bool
    root: Path
    var: Path
    deployment: str
    database_url: str = field(repr=False)
    master_keys: Mapping[int, bytes] = field(repr=False)
    index_key: bytes = field(repr=False)
    internal_secret: str = field(repr=False)
    keys_are_demo: bool
    public_base_url: str
    console_base_url: str
    bind: str
    public_port: int
    console_port: int
    action_port: int
    assistant_port: int
    metrics_bind: str
    metrics_port: int | None
    sms_double_port: int
    telegram_double_port: int
    simulators: bool
    assistant_urls: tuple[str, ...]
    nlu_profile: str
    model: Path
    workers: int
    worker_threads: int
    action_timeout_s: float
    turn_timeout_s: float
    lease_s: float
    turn_attempts: int
    log_level: str
    log_json: bool
    twilio: Twilio | None
    telegram: Telegram | None
    mail: Mail | None
    alert_webhook_url: str | None
    alert_sms_to: Mapping[str, str] = field(repr=False)
    retention_days: int | None
    crash_point: str | None

    def keyring(self) -> Keyring:
        """The keys that seal personal data."""
        return Keyring(self.master_keys, index_key=self.index_key)


class _Reader:
    """Reads typed values and complains by name."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.read: set[str] = set()

    def text(self, name: str, default: str | None = None) -> str | None:
        self.read.add(name)
        value = self.environ.get(PREFIX + name, "").strip()
        return value or default

    def required(self, name: str, why: str) -> str:
        value = self.text(name)
        if value is None:
            raise SettingsError(f"{PREFIX}{name} is missing: {why}")
        return value

    def number(self, name: str, default: float, *, low: float, high: float) -> float:
        value = self.text(name)
        if value is None:
            return default
        try:
            number = float(value)
        except ValueError as e:
            raise SettingsError(f"{PREFIX}{name} must be a number, not {value!r}") from e
        if not low <= number <= high:
            raise SettingsError(f"{PREFIX}{name} must be from {low:g} to {high:g}")
        return number

    def flag(self, name: str, *, default: bool) -> bool:
        value = (self.text(name) or "").lower()
        if value in {"", "1", "true", "yes", "on", "0", "false", "no", "off"}:
            return default if not value else value in {"1", "true", "yes", "on"}
        raise SettingsError(f"{PREFIX}{name} must be yes or no")

    def url(self, name: str, default: str | None) -> str | None:
        value = self.text(name, default)
        if value is not None and not value.startswith(("http://", "https://")):
            raise SettingsError(f"{PREFIX}{name} must begin with http:// or https://")
        return value.rstrip("/") if value else None


def load(environ: Mapping[str, str], *, demo: bool | None = None) -> Settings:
    """Read and check the settings.

    Args:
        environ: the environment; only names that begin with FIRST1001_ count.
        demo: set by `--demo`; otherwise FIRST1001_MODE says demo or live.

    Raises:
        SettingsError: a setting is missing, malformed or unknown; names it.
    """
    r = _Reader(environ)
    live = _mode(r, demo)
    root = Path(r.text("ROOT", str(ROOT)) or ROOT)
    var = Path(r.text("VAR", str(root / "var")) or root / "var")
    keys = _keys(r, live=live, var=var)
    public_port = int(r.number("PUBLIC_PORT", 8000, low=0, high=65535))
    console_port = int(r.number("CONSOLE_PORT", 8001, low=0, high=65535))
    action_port = int(r.number("ACTION_PORT", 8002, low=0, high=65535))
    assistant_port = int(r.number("ASSISTANT_PORT", 5005, low=0, high=65535))
    sms_port = int(r.number("SMS_SIMULATOR_PORT", 8003, low=0, high=65535))
    telegram_port = int(r.number("TELEGRAM_SIMULATOR_PORT", 8004, low=0, high=65535))
    simulators = r.flag("SIMULATORS", default=not live)
    bind = r.text("BIND", "127.0.0.1") or "127.0.0.1"
    action_s, turn_s, lease_s = _timeouts(r)
    urls = r.text("ASSISTANT_URLS", f"http://127.0.0.1:{assistant_port}") or ""
    settings = Settings(
        live=live,
        root=root,
        var=var,
        deployment=r.text("DEPLOYMENT", "bradford") or "bradford",
        database_url=r.text("DATABASE_URL", f"sqlite:///{var / 'first1001.db'}") or "",
        master_keys=keys.masters,
        index_key=keys.index,
        internal_secret=keys.internal,
        keys_are_demo=keys.demo,
        public_base_url=r.url("PUBLIC_BASE_URL", f"http://127.0.0.1:{public_port}") or "",
        console_base_url=r.url("CONSOLE_BASE_URL", f"http://127.0.0.1:{console_port}") or "",
        bind=bind,
        public_port=public_port,
        console_port=console_port,
        action_port=action_port,
        assistant_port=assistant_port,
        metrics_bind=r.text("METRICS_BIND", "127.0.0.1") or "127.0.0.1",
        metrics_port=int(r.number("METRICS_PORT", 0, low=0, high=65535)) or None,
        sms_double_port=sms_port,
        telegram_double_port=telegram_port,
        simulators=simulators,
        assistant_urls=tuple(u.strip().rstrip("/") for u in urls.split(",") if u.strip()),
        nlu_profile=_one_of(r, "NLU_PROFILE", ("accurate", "fast")),
        model=Path(r.text("MODEL", str(var / "models" / "assistant.tar.gz")) or ""),
        workers=int(r.number("WORKERS", 1, low=0, high=8)),
        worker_threads=int(r.number("WORKER_THREADS", 8, low=1, high=64)),
        action_timeout_s=action_s,
        turn_timeout_s=turn_s,
        lease_s=lease_s,
        turn_attempts=int(r.number("TURN_ATTEMPTS", 3, low=1, high=10)),
        log_level=_one_of(r, "LOG_LEVEL", ("INFO", "DEBUG", "WARNING", "ERROR")),
        log_json=r.flag("LOG_JSON", default=live),
        twilio=_twilio(r, simulator=f"http://127.0.0.1:{sms_port}" if simulators else None),
        telegram=_telegram(
            r, simulator=f"http://127.0.0.1:{telegram_port}" if simulators else None
        ),
        mail=_mail(r),
        alert_webhook_url=r.url("ALERT_WEBHOOK_URL", None),
        alert_sms_to=_numbers(r),
        retention_days=_days(r),
        crash_point=r.text("CRASH_POINT"),
    )
    _refuse_unknown(r)
    _refuse_unsafe(settings)
    return settings


@dataclass(frozen=True)
class _Keys:
    masters: Mapping[int, bytes]
    index: bytes
    internal: str
    demo: bool


def _mode(r: _Reader, demo: bool | None) -> bool:
    mode = _one_of(r, "MODE", ("demo", "live"))
    if demo and r.text("MODE") == "live":
        raise SettingsError("--demo and FIRST1001_MODE=live contradict each other")
    return mode == "live" and not demo


def _one_of(r: _Reader, name: str, allowed: tuple[str, ...]) -> str:
    value = r.text(name, allowed[0]) or allowed[0]
    if value not in allowed:
        raise SettingsError(f"{PREFIX}{name} must be one of {', '.join(allowed)}")
    return value


def _days(r: _Reader) -> int | None:
    if r.text("RETENTION_DAYS") is None:
        return None
    return int(r.number("RETENTION_DAYS", 0, low=1, high=10000))


def _timeouts(r: _Reader) -> tuple[float, float, float]:
    action = r.number("ACTION_TIMEOUT_S", 5, low=0.1, high=60)
    turn = r.number("TURN_TIMEOUT_S", 10, low=0.2, high=120)
    lease = r.number("LEASE_S", 30, low=0.5, high=600)
    if not action < turn < lease:
        raise SettingsError(
            "FIRST1001_ACTION_TIMEOUT_S must be below FIRST1001_TURN_TIMEOUT_S, "
            "and that below FIRST1001_LEASE_S"
        )
    return action, turn, lease


def _keys(r: _Reader, *, live: bool, var: Path) -> _Keys:
    text = r.text("MASTER_KEYS")
    index = r.text("INDEX_KEY")
    internal = r.text("INTERNAL_SECRET")
    if live:
        for name, value in (
            ("MASTER_KEYS", text),
            ("INDEX_KEY", index),
            ("INTERNAL_SECRET", internal),
        ):
            if value is None:
                raise SettingsError(f"{PREFIX}{name} is missing: live mode uses no default keys")
    demo_keys = _demo_keys(var) if not (text and index and internal) else []
    masters = _masters(text or f"1:{demo_keys[0]}")
    return _Keys(
        masters=masters,
        index=decode_key(index or demo_keys[1], setting=PREFIX + "INDEX_KEY"),
        internal=internal or demo_keys[2],
        demo=bool(demo_keys),
    )


def _masters(text: str) -> dict[int, bytes]:
    masters: dict[int, bytes] = {}
    for part in text.split(","):
        version, _, key = part.strip().partition(":")
        if not version.isdigit():
            raise SettingsError(f"{PREFIX}MASTER_KEYS must read 1:<base64>,2:<base64>")
        masters[int(version)] = decode_key(key, setting=PREFIX + "MASTER_KEYS")
    return masters


def _demo_keys(var: Path) -> list[str]:
    """Three keys made once for this machine's demo; live mode never reads them."""
    path = var / "demo.keys"
    if not path.exists():
        var.mkdir(parents=True, exist_ok=True)
        made = [base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(3)]
        partial = path.with_suffix(f".{secrets.token_hex(4)}")
        partial.touch(mode=0o600)
        partial.write_text("\n".join(made))
        if not path.exists():
            partial.rename(path)
        else:
            partial.unlink()
    return path.read_text().split()


def _twilio(r: _Reader, *, simulator: str | None) -> Twilio | None:
    sid, token, number = r.text("TWILIO_SID"), r.text("TWILIO_TOKEN"), r.text("TWILIO_NUMBER")
    base = r.url("TWILIO_API_BASE", simulator)
    if simulator and not sid:
        return Twilio("AC" + "0" * 32, "demo-twilio-token", "+447700900001", base)
    if sid is None:
        return None
    return Twilio(
        account_sid=sid,
        auth_token=token or r.required("TWILIO_TOKEN", "FIRST1001_TWILIO_SID is set"),
        from_number=number or r.required("TWILIO_NUMBER", "FIRST1001_TWILIO_SID is set"),
        api_base=base,
    )


def _telegram(r: _Reader, *, simulator: str | None) -> Telegram | None:
    token, secret = r.text("TELEGRAM_TOKEN"), r.text("TELEGRAM_SECRET")
    base = r.url("TELEGRAM_API_BASE", simulator)
    polling = r.flag("TELEGRAM_POLLING", default=False)
    if simulator and not token:
        return Telegram("1001:demo-telegram-token", "demo-telegram-secret", base, polling)
    if token is None:
        return None
    if not polling and secret is None:
        r.required("TELEGRAM_SECRET", "the webhook needs a secret token")
    return Telegram(token, secret or "", base, polling)


def _mail(r: _Reader) -> Mail | None:
    host = r.text("SMTP_HOST")
    port = int(r.number("SMTP_PORT", 587, low=1, high=65535))
    sender = r.text("SMTP_SENDER")
    user, password = r.text("SMTP_USER"), r.text("SMTP_PASSWORD")
    tls = r.flag("SMTP_TLS", default=True)
    if host is None:
        return None
    sender = sender or r.required("SMTP_SENDER", "FIRST1001_SMTP_HOST is set")
    return Mail(host, port, sender, user, password, tls)


def _numbers(r: _Reader) -> Mapping[str, str]:
    """Person -> number, of `on_call:+447...,manager:+447...`."""
    found: dict[str, str] = {}
    for part in filter(None, (r.text("ALERT_SMS_TO") or "").split(",")):
        person, _, number = (word.strip() for word in part.partition(":"))
        if not person or not _NUMBER.fullmatch(number):
            raise SettingsError(f"{PREFIX}ALERT_SMS_TO must read on_call:+447...,manager:+447...")
        found[person] = number
    return found


def _refuse_unknown(r: _Reader) -> None:
    known = {PREFIX + name for name in r.read}
    for name in r.environ:
        if name.startswith(PREFIX) and name not in known:
            raise SettingsError(
                f"{name} is not a setting that First1001 knows: check its spelling"
            )


def _refuse_unsafe(s: Settings) -> None:
    if s.alert_sms_to and s.twilio is None:
        raise SettingsError(f"{PREFIX}ALERT_SMS_TO needs the SMS account ({PREFIX}TWILIO_SID)")
    if not s.live:
        return
    if s.simulators:
        raise SettingsError("FIRST1001_SIMULATORS must be off in live mode")
    if s.crash_point:
        raise SettingsError("FIRST1001_CRASH_POINT is for tests and never for live mode")
    for name, url in (("PUBLIC", s.public_base_url), ("CONSOLE", s.console_base_url)):
        if not url.startswith("https://"):
            raise SettingsError(f"{PREFIX}{name}_BASE_URL must begin with https:// in live mode")
    for base in (s.twilio and s.twilio.api_base, s.telegram and s.telegram.api_base):
        if base is not None:
            raise SettingsError("live mode talks to the real providers: unset the *_API_BASE")
