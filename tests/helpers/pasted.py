"""Text as it comes out of chats, lists of contacts, word processors and spreadsheets, and what is kept of it."""

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"

# By where it comes from: as it is pasted, and as it is kept.
PASTED = {
    "a mention in a chat": ("\u2068@An Peeters\u2069 belt", "@An Peeters belt"),
    "a number of a contact": ("Bel \u202a+32 16 12 34 56\u202c", "Bel +32 16 12 34 56"),
    "a page on the web": ("sa\u00admen\u200bwerken\u2060", "samenwerken"),
    "a spreadsheet": ("\ufeffHuis Linde\u000bDe Brug", "Huis Linde\nDe Brug"),
    "a mac": ("cafe\u0301 en coo\u0308rdinatie", "café en coördinatie"),
    "a page that was printed": ("hard\u00a0aan  het werk\u0007\u000c", "hard\u00a0aan  het werk"),
    "a phone": (f"gezin {FAMILY} \u2764\ufe0f {SCOTLAND}\u200d", f"gezin {FAMILY} \u2764\ufe0f {SCOTLAND}"),
    "persian": ("\u200fمی\u200cخواهم\u200f", "می\u200cخواهم"),
    "a trick": ("\u202eneto\u202c \u2067x\u2066", "neto x"),
    "windows": ("een\r\n\r\n\r\n\r\ntwee", "een\n\ntwee"),
}
