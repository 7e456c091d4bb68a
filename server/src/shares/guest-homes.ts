// Which sockets of this process are guests', in whatever process their session is.

export function createGuestHomes<Home>() {
  const sessions = new Map<string, Map<string, Home>>();

  function remove(sessionId: string, guestId: string): void {
    const guests = sessions.get(sessionId);
    guests?.delete(guestId);
    if (guests?.size === 0) sessions.delete(sessionId);
  }

  return {
    add(sessionId: string, guestId: string, home: Home): void {
      sessions.set(sessionId, (sessions.get(sessionId) ?? new Map<string, Home>()).set(guestId, home));
    },
    delete: remove,
    /** A copy: whoever is told of an end is a guest no longer. */
    of: (sessionId: string): [guestId: string, home: Home][] => [...(sessions.get(sessionId) ?? [])],
    /** The socket is gone. */
    forget(home: Home): void {
      for (const [sessionId, guests] of [...sessions]) {
        for (const [guestId, other] of [...guests]) if (other === home) remove(sessionId, guestId);
      }
    },
  };
}
