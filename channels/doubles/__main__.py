"""Serves the doubles: `python -m channels.doubles --sms-port 8003 --telegram-port 8004`."""

import argparse
import asyncio
import sys
from pathlib import Path

import uvicorn

from channels.doubles.telegram import TelegramDouble
from channels.doubles.twilio import Account, TwilioDouble


def _arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="channels.doubles", description=__doc__)
    parser.add_argument("--sms-port", type=int, default=8003)
    parser.add_argument("--telegram-port", type=int, default=8004)
    parser.add_argument("--bind", default="127.0.0.1")
    parser.add_argument("--house", default="http://127.0.0.1:8000", help="our public address")
    parser.add_argument("--sid", default="AC" + "0" * 32)
    parser.add_argument("--auth-token", default="demo-twilio-token")
    parser.add_argument("--number", default="+447700900001")
    parser.add_argument("--bot-token", default="1001:demo-telegram-token")
    parser.add_argument("--log", type=Path, help="a folder for sms.jsonl and telegram.jsonl")
    parser.add_argument("--list-lag", type=float, help="seconds; 0 to 30 at random otherwise")
    return parser.parse_args(given)


async def serve(given: list[str] | None = None) -> None:
    """Serve both until interrupted."""
    args = _arguments(given)
    if args.log:
        args.log.mkdir(parents=True, exist_ok=True)
    account = Account(args.sid, args.auth_token, args.number, args.house, args.list_lag)
    sms = TwilioDouble(account, log_path=args.log and args.log / "sms.jsonl")
    telegram = TelegramDouble(args.bot_token, log_path=args.log and args.log / "telegram.jsonl")
    servers = [
        uvicorn.Server(
            uvicorn.Config(
                app, host=args.bind, port=port, log_level="warning", timeout_graceful_shutdown=1
            )
        )
        for app, port in ((sms.app, args.sms_port), (telegram.app, args.telegram_port))
    ]
    await asyncio.gather(*(server.serve() for server in servers))


if __name__ == "__main__":
    try:
        asyncio.run(serve())
    except KeyboardInterrupt:
        sys.exit(0)
