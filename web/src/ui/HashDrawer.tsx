'use client'

import { type ReactNode, useEffect, useRef, useSyncExternalStore } from 'react'

import { Icon } from './Icon'

interface Props {
  /** The drawer is open while the address ends in a hash that begins with this. */
  hash: string
  title: string
  children: ReactNode
}

function watchHash(onChange: () => void): () => void {
  window.addEventListener('hashchange', onChange)
  return () => window.removeEventListener('hashchange', onChange)
}

function forgetHash(): void {
  window.history.replaceState(window.history.state, '', window.location.pathname + window.location.search)
  window.dispatchEvent(new HashChangeEvent('hashchange'))
}

/** A panel from the side that opens by its address: links open it, Back and Escape close it, focus goes back. */
export function HashDrawer({ hash, title, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  const current = useSyncExternalStore(
    watchHash,
    () => window.location.hash,
    () => '',
  )
  const isOpen = current.startsWith(hash)

  useEffect(() => {
    if (!isOpen) return dialog.current?.close()
    if (!dialog.current?.open) dialog.current?.showModal()
    document.getElementById(current.slice(1))?.scrollIntoView({ block: 'center' })
  }, [isOpen, current])

  return (
    <dialog
      ref={dialog}
      aria-labelledby="drawer-title"
      onClose={() => isOpen && forgetHash()}
      onClick={(event) => event.target === dialog.current && dialog.current.close()}
      className="backdrop:bg-black/45 my-0 mr-0 ml-auto h-dvh max-h-none w-full max-w-xl border-l border-line bg-surface p-0 shadow-2xl"
    >
      <div className="flex h-full flex-col">
        <header className="flex items-center gap-3 border-b border-line px-5 py-3">
          <h2 id="drawer-title" className="text-lg font-bold">
            {title}
          </h2>
          <button
            type="button"
            onClick={() => dialog.current?.close()}
            className="ml-auto inline-flex size-9 cursor-pointer items-center justify-center rounded-md hover:bg-sunken"
          >
            <Icon name="close" className="size-5" />
            <span className="sr-only">Close</span>
          </button>
        </header>
        <div className="flex-1 overflow-y-auto px-5 py-4">{children}</div>
      </div>
    </dialog>
  )
}
