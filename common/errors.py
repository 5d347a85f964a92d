"""Errors named by what their reader can do; this module raises nothing itself."""


class AssistantError(Exception):
    """The root of every error that we raise on purpose."""


class InvalidInput(AssistantError):
    """The sender can mend it: says what is wrong in words fit to show.

    Attributes:
        code: a stable word for tests and translations.
    """

    def __init__(self, message: str, *, code: str = "invalid") -> None:
        super().__init__(message)
        self.code = code


class NotAllowed(AssistantError):
    """The caller may not do this, whatever they change in the request."""


class NotFound(AssistantError):
    """There is no such thing, or the caller may not know that there is."""


class Conflict(AssistantError):
    """Somebody was faster; read again and decide anew."""


class TemporaryFailure(AssistantError):
    """Try again later.

    Attributes:
        retry_after_s: seconds to wait at least, or None where nobody said.
        code: the provider's own code, for staff.
    """

    def __init__(
        self, message: str, *, retry_after_s: float | None = None, code: str | None = None
    ) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.code = code


class AmbiguousFailure(TemporaryFailure):
    """The other side may or may not have done it: ask before trying again."""


class PermanentFailure(AssistantError):
    """Trying again cannot help.

    Attributes:
        code: the provider's own code, for staff.
        closes_route: True where nothing more can be sent to this address (blocked, opted out).
    """

    def __init__(
        self, message: str, *, code: str | None = None, closes_route: str | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.closes_route = closes_route


class TechnicalFailure(AssistantError):
    """Our own fault, or an answer that we do not understand: an operator must look."""


class SettingsError(AssistantError):
    """The operator must mend a setting; the message names it."""
