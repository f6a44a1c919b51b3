"""What the WebSocket DAT calls."""


def onConnect(dat):
    session = parent().op("boot").module.session()
    if session is not None:
        session.link.connected()


def onDisconnect(dat):
    session = parent().op("boot").module.session()
    if session is not None:
        session.link.disconnected()


def onReceiveText(dat, rowIndex, message):
    session = parent().op("boot").module.session()
    if session is not None:
        session.link.received(message)


def onReceiveBinary(dat, contents):
    return


def onReceivePing(dat, contents):
    dat.sendPong(contents)


def onReceivePong(dat, contents):
    return


def onMonitorMessage(dat, message):
    return
