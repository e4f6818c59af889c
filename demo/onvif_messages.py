"""The SOAP that a fake ONVIF camera speaks: answers as text, requests taken apart."""

import base64
import datetime as dt
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

_NAMESPACES = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "trt": "http://www.onvif.org/ver10/media/wsdl",
    "tev": "http://www.onvif.org/ver10/events/wsdl",
    "tt": "http://www.onvif.org/ver10/schema",
    "ter": "http://www.onvif.org/ver10/error",
    "wsnt": "http://docs.oasis-open.org/wsn/b-2",
    "wsa": "http://www.w3.org/2005/08/addressing",
    "tns1": "http://www.onvif.org/ver10/topics",
}
_TOPICS = "http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One media profile: what it sends and where it is fetched."""

    token: str
    width: int
    height: int
    stream_uri: str
    encoding: str = "H264"
    fps: int = 15
    snapshot_uri: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One event as ONVIF tells it: a topic and one changed value."""

    topic: str
    item: str
    value: str
    operation: str = "Changed"


def envelope(body: str) -> str:
    """Return a SOAP 1.2 message around a body."""
    names = " ".join(f'xmlns:{key}="{uri}"' for key, uri in _NAMESPACES.items())
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f"<s:Envelope {names}><s:Body>{body}</s:Body></s:Envelope>"
    )


def fault(subcode: str, reason: str) -> str:
    """Return the body of a SOAP fault."""
    return (
        "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode>"
        f"<s:Value>{subcode}</s:Value></s:Subcode></s:Code><s:Reason>"
        f'<s:Text xml:lang="en">{escape(reason)}</s:Text></s:Reason></s:Fault>'
    )


def operation(request: str) -> str:
    """Return the name of what is asked, empty when the text is no SOAP."""
    match = re.search(r"<(?:[\w-]+:)?Body[^>]*>\s*<(?:[\w-]+:)?(\w+)", request)
    return match[1] if match else ""


def element(request: str, name: str) -> str:
    """Return the text of the first element of this name, empty without one."""
    match = re.search(rf"<(?:[\w-]+:)?{name}\b[^>]*>([^<]*)<", request)
    return match[1].strip() if match else ""


def is_signed(request: str, username: str, password: str) -> bool:
    """Tell whether a request carries the right WS-UsernameToken digest."""
    try:
        nonce = base64.b64decode(element(request, "Nonce"), validate=True)
    except ValueError:
        return False
    created = element(request, "Created").encode()
    secret = hashlib.sha1(nonce + created + password.encode(), usedforsecurity=False)
    wanted = base64.b64encode(secret.digest()).decode()
    given = element(request, "Password")
    return element(request, "Username") == username and hmac.compare_digest(
        wanted, given
    )


def stamp(moment: dt.datetime) -> str:
    """Return a moment as XML writes it."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def date_and_time(now: dt.datetime) -> str:
    """Answer GetSystemDateAndTime."""
    return (
        "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime>"
        "<tt:DateTimeType>NTP</tt:DateTimeType>"
        "<tt:DaylightSavings>false</tt:DaylightSavings><tt:UTCDateTime>"
        f"<tt:Time><tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute>"
        f"<tt:Second>{now.second}</tt:Second></tt:Time>"
        f"<tt:Date><tt:Year>{now.year}</tt:Year><tt:Month>{now.month}</tt:Month>"
        f"<tt:Day>{now.day}</tt:Day></tt:Date></tt:UTCDateTime>"
        "</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
    )


def device_information() -> str:
    """Answer GetDeviceInformation."""
    return (
        "<tds:GetDeviceInformationResponse><tds:Manufacturer>Demo</tds:Manufacturer>"
        "<tds:Model>Yard</tds:Model><tds:FirmwareVersion>1.0</tds:FirmwareVersion>"
        "<tds:SerialNumber>0001</tds:SerialNumber><tds:HardwareId>demo"
        "</tds:HardwareId></tds:GetDeviceInformationResponse>"
    )


def capabilities(base: str, *, events: bool) -> str:
    """Answer GetCapabilities."""
    event_part = (
        f"<tt:Events><tt:XAddr>{base}/events</tt:XAddr>"
        "<tt:WSSubscriptionPolicySupport>false</tt:WSSubscriptionPolicySupport>"
        "<tt:WSPullPointSupport>true</tt:WSPullPointSupport>"
        "<tt:WSPausableSubscriptionManagerInterfaceSupport>false"
        "</tt:WSPausableSubscriptionManagerInterfaceSupport></tt:Events>"
        if events
        else ""
    )
    return (
        "<tds:GetCapabilitiesResponse><tds:Capabilities>"
        f"<tt:Device><tt:XAddr>{base}/device_service</tt:XAddr></tt:Device>{event_part}"
        f"<tt:Media><tt:XAddr>{base}/media</tt:XAddr><tt:StreamingCapabilities>"
        "<tt:RTPMulticast>false</tt:RTPMulticast><tt:RTP_TCP>true</tt:RTP_TCP>"
        "<tt:RTP_RTSP_TCP>true</tt:RTP_RTSP_TCP></tt:StreamingCapabilities></tt:Media>"
        "</tds:Capabilities></tds:GetCapabilitiesResponse>"
    )


def profiles(offered: Sequence[Profile]) -> str:
    """Answer GetProfiles."""
    inner = "".join(_profile(profile) for profile in offered)
    return f"<trt:GetProfilesResponse>{inner}</trt:GetProfilesResponse>"


def _profile(profile: Profile) -> str:
    token = quoteattr(profile.token)
    name = escape(profile.token)
    return (
        f'<trt:Profiles token={token} fixed="true"><tt:Name>{name}</tt:Name>'
        f"<tt:VideoEncoderConfiguration token={token}><tt:Name>{name}</tt:Name>"
        f"<tt:UseCount>1</tt:UseCount><tt:Encoding>{profile.encoding}</tt:Encoding>"
        f"<tt:Resolution><tt:Width>{profile.width}</tt:Width>"
        f"<tt:Height>{profile.height}</tt:Height></tt:Resolution>"
        "<tt:Quality>5</tt:Quality><tt:RateControl>"
        f"<tt:FrameRateLimit>{profile.fps}</tt:FrameRateLimit>"
        "<tt:EncodingInterval>1</tt:EncodingInterval>"
        "<tt:BitrateLimit>2048</tt:BitrateLimit></tt:RateControl>"
        "<tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type>"
        "<tt:IPv4Address>0.0.0.0</tt:IPv4Address></tt:Address><tt:Port>0</tt:Port>"
        "<tt:TTL>1</tt:TTL><tt:AutoStart>false</tt:AutoStart></tt:Multicast>"
        "<tt:SessionTimeout>PT60S</tt:SessionTimeout>"
        "</tt:VideoEncoderConfiguration></trt:Profiles>"
    )


def media_uri(kind: str, uri: str) -> str:
    """Answer GetStreamUri or GetSnapshotUri."""
    return (
        f"<trt:{kind}Response><trt:MediaUri><tt:Uri>{escape(uri)}</tt:Uri>"
        "<tt:InvalidAfterConnect>false</tt:InvalidAfterConnect>"
        "<tt:InvalidAfterReboot>false</tt:InvalidAfterReboot>"
        f"<tt:Timeout>PT0S</tt:Timeout></trt:MediaUri></trt:{kind}Response>"
    )


def subscription(address: str, now: dt.datetime, until: dt.datetime) -> str:
    """Answer CreatePullPointSubscription."""
    return (
        "<tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference>"
        f"<wsa:Address>{address}</wsa:Address></tev:SubscriptionReference>"
        f"<wsnt:CurrentTime>{stamp(now)}</wsnt:CurrentTime>"
        f"<wsnt:TerminationTime>{stamp(until)}</wsnt:TerminationTime>"
        "</tev:CreatePullPointSubscriptionResponse>"
    )


def renewed(now: dt.datetime, until: dt.datetime) -> str:
    """Answer Renew."""
    return (
        f"<wsnt:RenewResponse><wsnt:TerminationTime>{stamp(until)}"
        f"</wsnt:TerminationTime><wsnt:CurrentTime>{stamp(now)}</wsnt:CurrentTime>"
        "</wsnt:RenewResponse>"
    )


def messages(
    notifications: Sequence[Notification], now: dt.datetime, until: dt.datetime
) -> str:
    """Answer PullMessages."""
    inner = "".join(_notification(one, now) for one in notifications)
    return (
        f"<tev:PullMessagesResponse><tev:CurrentTime>{stamp(now)}</tev:CurrentTime>"
        f"<tev:TerminationTime>{stamp(until)}</tev:TerminationTime>{inner}"
        "</tev:PullMessagesResponse>"
    )


def _notification(one: Notification, now: dt.datetime) -> str:
    return (
        f'<wsnt:NotificationMessage><wsnt:Topic Dialect="{_TOPICS}">{one.topic}'
        f'</wsnt:Topic><wsnt:Message><tt:Message UtcTime="{stamp(now)}" '
        f'PropertyOperation="{one.operation}"><tt:Source><tt:SimpleItem '
        'Name="VideoSourceConfigurationToken" Value="vs0"/></tt:Source><tt:Data>'
        f'<tt:SimpleItem Name="{one.item}" Value="{one.value}"/></tt:Data>'
        "</tt:Message></wsnt:Message></wsnt:NotificationMessage>"
    )
