from clouddesk import threads

# Before any test imports a library that would choose the other one.
threads.choose()
