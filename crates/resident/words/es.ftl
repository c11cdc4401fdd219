# Lo que dice el programa fuera de sus ventanas: en las notificaciones, en la bandeja y como nombre de lo que no lo tiene.
# Las ventanas tienen sus propios mensajes, en ui/messages.

former-door = Una puerta anterior
a-courier = Un repartidor
a-guest = Un invitado
staff = Personal del edificio

# Notificaciones de quien ha entrado.
arrival = { $who } en { $door }
arrival-driver = El conductor { $driver } entró a las { $time }.
arrival-keypad = Entró con un código a las { $time }.
arrival-plain = Entró a las { $time }.
being-filmed = Se está grabando.
in-package-room = En el cuarto de paquetes.
deliveries =
    { $count ->
        [one] { $count } entrega en { $door }
       *[other] { $count } entregas en { $door }
    }
deliveries-newest = La última: { $who }, a las { $time }.

# Notificaciones de lo que le ha pasado a una puerta.
forced = Puerta forzada: { $door }
forced-advice = Se abrió a las { $time } sin que se dejara pasar a nadie. Mira con cuidado o pide ayuda.
held-open = Puerta abierta: { $door }
held-open-advice = A las { $time } llevaba { $seconds } s abierta. Ciérrala si estás cerca.
lockdown = Cierre de seguridad en { $door }
lockdown-visitors = Cerrada a las visitas desde las { $time }. Tú puedes entrar. Puede haber otras puertas cerradas.
lockdown-everyone = Cerrada para ti y para las visitas desde las { $time }. Puede haber otras puertas cerradas.
lockdown-over = Fin del cierre de seguridad en { $door }
lockdown-over-advice = Desde las { $time } se abre como siempre. En Vestibule ves cómo están las demás puertas.

# Lo que se puede hacer desde una notificación.
action-open = Abrir
action-watch = Ver
action-collected = Recogida

# En qué quedó una apertura desde la bandeja.
unlocked = Abierta
unlocked-for = Abierta durante { $seconds } s.
no-answer = La puerta no responde
no-answer-advice = Puede que esté abierta. Mírala antes de volver a intentarlo.
still-locked = Sigue cerrada
still-locked-advice = Abre Vestibule para ver por qué.

# El menú de la bandeja.
tray-unlock = Abrir { $door }
tray-confirming = { $door } te espera
tray-unlocking = Abriendo { $door }…
tray-unlocked = { $door } está abierta
tray-collected = Recogida: { $who }, { $door }
tray-open = Abrir Vestibule
tray-quit = Salir

# El programa sin ventana.
enrolled = Este dispositivo pertenece ahora a { $building }, como { $resident }.
enrolled-already = este dispositivo ya pertenece a un edificio; sal de él antes en los ajustes de la aplicación
invite-malformed = esta invitación no es válida; vuelve a copiar el enlace entero
invite-unknown = en este edificio no hay ninguna invitación así para un residente; pide una nueva a la administración
invite-expired = la invitación ha caducado; pide una nueva a la administración del edificio
invite-used = la invitación ya se ha usado; pide una nueva a la administración del edificio
hub-unreachable = no se puede conectar con el servidor del edificio; comprueba la red e inténtalo de nuevo
hub-not-trusted = el servidor que responde no es el que nombra la invitación; avisa a la administración del edificio
enrol-failed = no se ha podido registrar este dispositivo ({ $code }); inténtalo de nuevo, y verás más con VESTIBULE_LOG=debug
no-keychain = este sistema no tiene un llavero abierto; ábrelo, o usa --keys file
