"""How gunicorn serves the site: read by `make serve`, by the systemd unit and in the container.

Gunicorn finds it in the folder that it is started in; none of the three says any of this again.
"""

import os

#: Seconds that a request may take; a web server in front usually waits as long (nginx: 60). What
#: takes longer belongs into a command, not into a request.
timeout = graceful_timeout = 60
workers = int(os.environ.get("WEB_CONCURRENCY") or 3)
control_socket_disable = True
