/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Names of the Telepathy specification 0.27 that pheme speaks. */

#define TP_PREFIX         "org.freedesktop.Telepathy."
#define TP_PATH_PREFIX    "/org/freedesktop/Telepathy/"
#define TP_CM_PREFIX      TP_PREFIX "ConnectionManager."
#define TP_CM_PATH_PREFIX TP_PATH_PREFIX "ConnectionManager/"
#define TP_CLIENT_NAME    TP_PREFIX "Client.Pheme"
#define TP_CLIENT_PATH    TP_PATH_PREFIX "Client/Pheme"
#define TP_CLIENT         TP_PREFIX "Client"
#define TP_ERROR_PREFIX   TP_PREFIX "Error."

#define TP_CM   TP_PREFIX "ConnectionManager"
#define TP_CONN TP_PREFIX "Connection"

#define TP_CONN_ALIASING TP_CONN ".Interface.Aliasing"
#define TP_CONN_BLOCKING TP_CONN ".Interface.ContactBlocking"
#define TP_CONN_AVATARS  TP_CONN ".Interface.Avatars"
#define TP_CONN_CAPS     TP_CONN ".Interface.ContactCapabilities"
#define TP_CONN_CONTACTS TP_CONN ".Interface.Contacts"
#define TP_CONN_AVATARS  TP_CONN ".Interface.Avatars"
#define TP_CONN_CLIENTS  TP_CONN ".Interface.ClientTypes"
#define TP_CONN_INFO     TP_CONN ".Interface.ContactInfo"
#define TP_CONN_LOCATION TP_CONN ".Interface.Location"
#define TP_CONN_GROUPS   TP_CONN ".Interface.ContactGroups"
#define TP_CONN_LIST     TP_CONN ".Interface.ContactList"
#define TP_CONN_PRESENCE TP_CONN ".Interface.SimplePresence"
#define TP_CONN_RENAMING TP_CONN ".Interface.Renaming"
#define TP_CONN_REQUESTS TP_CONN ".Interface.Requests"

#define TP_CHAN             TP_PREFIX "Channel"
#define TP_CHAN_AUTH        TP_CHAN ".Type.ServerAuthentication"
#define TP_CHAN_CONFERENCE  TP_CHAN ".Interface.Conference"
#define TP_CHAN_FILE        TP_CHAN ".Type.FileTransfer"
#define TP_CHAN_LIST        TP_CHAN ".Type.ContactList"
#define TP_CHAN_DBUS        TP_CHAN ".Type.DBusTube"
#define TP_CHAN_STREAM      TP_CHAN ".Type.StreamTube"
#define TP_CHAN_TEXT        TP_CHAN ".Type.Text"
#define TP_CHAN_TUBES       TP_CHAN ".Type.Tubes"
#define TP_CHAN_CHAT_STATE  TP_CHAN ".Interface.ChatState"
#define TP_CHAN_GROUP       TP_CHAN ".Interface.Group"
#define TP_CHAN_MESSAGES    TP_CHAN ".Interface.Messages"
#define TP_CHAN_PASSWORD    TP_CHAN ".Interface.Password"
#define TP_CHAN_ROOMLIST    TP_CHAN ".Type.RoomList"
#define TP_CHAN_ROOM_CONFIG TP_CHAN ".Interface.RoomConfig1"
#define TP_CHAN_SMS         TP_CHAN ".Interface.SMS"
#define TP_CHAN_SASL        TP_CHAN ".Interface.SASLAuthentication"
#define TP_CHAN_SUBJECT     TP_CHAN ".Interface.Subject2"
#define TP_CHAN_TUBE        TP_CHAN ".Interface.Tube"
#define TP_CHAN_SEARCH      TP_CHAN ".Type.ContactSearch"

/* No interface of the specification, which has the header "supersedes" but not who heeds it:
 * telepathy-local says so of its channels. */
#define TP_CORRECTIONS "im.pheme.Channel.Corrections"

enum { /* Handle_Type */
       TP_HANDLE_NONE = 0,
       TP_HANDLE_CONTACT = 1,
       TP_HANDLE_ROOM = 2,
       TP_HANDLE_LIST = 3,
       TP_HANDLE_GROUP = 4,
};

enum { /* Delivery_Reporting_Support_Flags */
       TP_REPORTS_SUCCESS = 2,
};

enum { /* Socket_Address_Type */
       TP_SOCKET_UNIX = 0,
       TP_SOCKET_ABSTRACT = 1,
       TP_SOCKET_IPV4 = 2,
       TP_SOCKET_IPV6 = 3,
       TP_SOCKET_TYPES = 4,
};

enum { /* Socket_Access_Control */
       TP_ACCESS_LOCALHOST = 0,
       TP_ACCESS_PORT = 1,
       TP_ACCESS_CREDENTIALS = 3,
};

enum { /* Tube_Channel_State */
       TP_TUBE_LOCAL_PENDING = 0,
       TP_TUBE_REMOTE_PENDING = 1,
       TP_TUBE_OPEN = 2,
       TP_TUBE_NOT_OFFERED = 3,
};

enum { /* Connection_Status */
       TP_STATUS_CONNECTED = 0,
       TP_STATUS_CONNECTING = 1,
       TP_STATUS_DISCONNECTED = 2,
};
