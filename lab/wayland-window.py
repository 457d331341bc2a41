"""Fills the screen of a Wayland session with colours: one line of stdin, `#rrggbb`, is one colour.
Answers each with a line when the compositor has shown it. A small square in its middle blinks. Node.js cannot send the file descriptor
that Wayland wants for the pixels, so this client is in Python."""
import mmap, os, select, socket, struct, sys

path = os.environ['WAYLAND_DISPLAY']
if not path.startswith('/'):
    path = os.path.join(os.environ['XDG_RUNTIME_DIR'], path)
server = socket.socket(socket.AF_UNIX)
server.connect(path)
DISPLAY, REGISTRY = 1, 2
free = iter(range(3, 1 << 20))
handlers = {}


def request(target, opcode, *args, fd=None):
    body = b''
    for arg in args:
        if isinstance(arg, int):
            body += struct.pack('<I', arg & 0xffffffff)
        else:
            data = arg.encode() + b'\0'
            body += struct.pack('<I', len(data)) + data + b'\0' * (-len(data) % 4)
    head = struct.pack('<IHH', target, opcode, 8 + len(body))
    if fd is None:
        server.sendall(head + body)
    else:
        socket.send_fds(server, [head + body], [fd])


def receive(count):
    data = b''
    while len(data) < count:
        chunk = server.recv(count - len(data))
        if not chunk:
            sys.exit('the compositor is gone')
        data += chunk
    return data


def dispatch():
    target, opcode, length = struct.unpack('<IHH', receive(8))
    body = receive(length - 8)
    if target == DISPLAY and opcode == 0:
        sys.exit(f'protocol error: {body!r}')
    if target in handlers:
        handlers[target](opcode, body)


def until(condition):
    while not condition():
        dispatch()


def sync():
    callback, done = next(free), []
    handlers[callback] = lambda opcode, body: done.append(True)
    request(DISPLAY, 0, callback)
    until(lambda: done)


found = {}


def on_global(opcode, body):
    if opcode != 0:
        return
    name, length = struct.unpack_from('<II', body)
    found[body[8:8 + length - 1].decode()] = name


def bind(interface, version):
    new = next(free)
    request(REGISTRY, 0, found[interface], interface, version, new)
    return new


handlers[REGISTRY] = on_global
request(DISPLAY, 1, REGISTRY)
sync()
compositor, shm, base = bind('wl_compositor', 1), bind('wl_shm', 1), bind('xdg_wm_base', 1)
handlers[base] = lambda opcode, body: request(base, 3, *struct.unpack('<I', body))
surface, xdg_surface, toplevel = next(free), next(free), next(free)
request(compositor, 0, surface)
request(base, 2, xdg_surface, surface)
request(xdg_surface, 1, toplevel)
size, configured = [], []


def on_toplevel(opcode, body):
    if opcode == 0:
        width, height = struct.unpack_from('<ii', body)
        if width and height:
            size[:] = [width, height]
    elif opcode == 1:
        sys.exit(0)


def on_surface(opcode, body):
    request(xdg_surface, 4, *struct.unpack('<I', body))
    configured.append(True)


handlers[toplevel], handlers[xdg_surface] = on_toplevel, on_surface
request(toplevel, 11, 0)  # set_fullscreen
request(surface, 6)
until(lambda: configured and size)


BLINK_SECONDS = 0.05
SQUARE = 32
blinks = 0


def show(colour):
    global blinks
    blinks += 1
    width, height = size
    count = width * height * 4
    fd = os.memfd_create('pixels')
    os.ftruncate(fd, count)
    with mmap.mmap(fd, count) as pixels:
        pixels[:] = bytes.fromhex(colour[1:])[::-1].ljust(4, b'\xff') * (width * height)
        square = bytes([255 * (blinks % 2)] * 4) * SQUARE
        for y in range((height - SQUARE) // 2, (height + SQUARE) // 2):
            start = (y * width + (width - SQUARE) // 2) * 4
            pixels[start:start + len(square)] = square
    pool, buffer, shown = next(free), next(free), []
    request(shm, 0, pool, count, fd=fd)
    request(pool, 0, buffer, 0, width, height, width * 4, 1)
    os.close(fd)
    frame = next(free)
    handlers[frame] = lambda opcode, body: shown.append(True)
    request(surface, 1, buffer, 0, 0)
    request(surface, 2, 0, 0, width, height)
    request(surface, 3, frame)
    request(surface, 6)
    handlers[buffer] = lambda opcode, body: request(buffer, 0)
    request(pool, 1)
    until(lambda: shown)


print('ready', flush=True)
colour = None
while True:
    readable, _, _ = select.select([server, sys.stdin], [], [], BLINK_SECONDS)
    if server in readable:
        dispatch()
    elif sys.stdin in readable:
        line = sys.stdin.readline()
        if not line:
            break
        colour = line.strip()
        show(colour)
        print('shown', flush=True)
    elif colour:
        show(colour)
