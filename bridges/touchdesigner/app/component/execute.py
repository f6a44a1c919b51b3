"""What the Execute DAT calls."""


def onStart():
    parent().op("boot").module.start()


def onCreate():
    parent().op("boot").module.start()


def onExit():
    parent().op("boot").module.stop()


def onFrameStart(frame):
    session = parent().op("boot").module.session()
    if session is not None:
        session.frame()


def onProjectPostSave():
    session = parent().op("boot").module.session()
    if session is not None:
        session.saved()
