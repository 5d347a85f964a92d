"""Local stand-ins for Twilio and Telegram: real HTTP servers that can be told to fail.

They offer no call and no guarantee that the real providers lack. Nothing here serves in live mode.
"""
