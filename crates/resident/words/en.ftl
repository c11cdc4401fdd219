# What the program says outside its windows: in notifications, in the tray, and as the name of what has none.
# Windows have their own messages, in ui/messages.

former-door = A former door
a-courier = A courier
a-guest = A guest
staff = Staff

# Notifications of people who came in.
arrival = { $who } at { $door }
arrival-driver = Driver { $driver } came in at { $time }.
arrival-keypad = Came in with a code at { $time }.
arrival-plain = Came in at { $time }.
being-filmed = Being filmed.
in-package-room = In the package room.
deliveries =
    { $count ->
        [one] { $count } delivery at { $door }
       *[other] { $count } deliveries at { $door }
    }
deliveries-newest = The newest: { $who } at { $time }.

# Notifications of what happened to a door.
forced = { $door } was forced open
forced-advice = It opened at { $time } although nobody was let in. Look with care, or call for help.
held-open = { $door } stands open
held-open-advice = At { $time } it had been open for { $seconds } s. Shut it if you are near.
lockdown = Lockdown at { $door }
lockdown-visitors = Closed to visitors since { $time }. You still get in. Other doors may be closed too.
lockdown-everyone = Closed to you and to visitors since { $time }. Other doors may be closed too.
lockdown-over = Lockdown is over at { $door }
lockdown-over-advice = Since { $time } it opens as usual. Vestibule shows how other doors are.

# What can be done from a notification.
action-open = Open
action-watch = Watch
action-collected = Collected

# What came of an unlock from the tray.
unlocked = Unlocked
unlocked-for = Open for { $seconds } s.
no-answer = No answer from the door
no-answer-advice = It may be open. Look before you try again.
still-locked = Still locked
still-locked-advice = Open Vestibule to see why.

# The tray's menu.
tray-unlock = Unlock { $door }
tray-confirming = { $door } waits for you
tray-unlocking = Unlocking { $door }…
tray-unlocked = { $door } is unlocked
tray-collected = Collected: { $who }, { $door }
tray-open = Open Vestibule
tray-quit = Quit

# The program without a window.
enrolled = Enrolled in { $building } as { $resident }.
enrolled-already = this device already belongs to a building; leave it in the app's settings first
invite-malformed = this is not a valid invite; copy the whole link again
invite-unknown = no such invite is open at this building for a resident; ask the building's manager for a new one
invite-expired = the invite has expired; ask the building's manager for a new one
invite-used = the invite was used before; ask the building's manager for a new one
hub-unreachable = the building's hub cannot be reached; check the network and try again
hub-not-trusted = the server at the hub's address is not the hub that the invite names; tell the building's manager
enrol-failed = this device could not be enrolled ({ $code }); try again, and see more of it with VESTIBULE_LOG=debug
no-keychain = this system has no unlocked keychain; unlock it, or use --keys file
