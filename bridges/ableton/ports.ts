/** Where AbletonOSC listens, and where it answers to: both are fixed in the published script. */
export const LIVE_PORT = 11_000;
export const REPLY_PORT = 11_001;
