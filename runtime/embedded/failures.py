"""What goes wrong when a server or process of the embedded stack is started."""


class EmbeddedServerFailed(Exception):
    """A server or process did not start, or stopped by itself.

    `code` is stable: `binary_missing`, `port_in_use`, `folder_in_use`, `other_version`, `setup_failed`,
    `exited_early`, `not_ready`. `log_tail` holds the last lines the process wrote, which name the cause.
    """

    def __init__(self, code: str, message: str, *, log_tail: str = "") -> None:
        super().__init__(f"{message}\n{log_tail}".rstrip())
        self.code = code
        self.log_tail = log_tail
