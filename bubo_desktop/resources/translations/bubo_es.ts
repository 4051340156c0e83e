<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="es" sourcelanguage="en">
<context>
    <name>ActionRow</name>
    <message>
        <source>Copy the answer</source>
        <translation>Copiar la respuesta</translation>
    </message>
    <message>
        <source>Read aloud</source>
        <translation>Leer en voz alta</translation>
    </message>
    <message>
        <source>Answer again</source>
        <translation>Responder de nuevo</translation>
    </message>
    <message>
        <source>Edit the question</source>
        <translation>Editar la pregunta</translation>
    </message>
    <message>
        <source>Delete question and answer</source>
        <translation>Borrar pregunta y respuesta</translation>
    </message>
    <message>
        <source>Stop reading</source>
        <translation>Dejar de leer</translation>
    </message>
</context>
<context>
    <name>AnswerLine</name>
    <message>
        <source>Ask in the chat</source>
        <translation>Preguntar en el chat</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>Mirando…</translation>
    </message>
    <message>
        <source>{age} old</source>
        <translation>hace {age}</translation>
    </message>
</context>
<context>
    <name>AnswerText</name>
    <message>
        <source>Answer</source>
        <translation>Respuesta</translation>
    </message>
    <message>
        <source>Not found in the picture</source>
        <translation>No aparece en la imagen</translation>
    </message>
    <message>
        <source>{words}: not found in the picture</source>
        <translation>{words}: no aparece en la imagen</translation>
    </message>
</context>
<context>
    <name>Answering</name>
    <message>
        <source>What was answered so far is kept.</source>
        <translation>Lo respondido hasta ahora se conserva.</translation>
    </message>
    <message>
        <source>The question is kept.</source>
        <translation>La pregunta se conserva.</translation>
    </message>
</context>
<context>
    <name>AreaPicker</name>
    <message>
        <source>Draw a frame around what you want to ask about; Esc ends it</source>
        <translation>Dibuja un marco alrededor de lo que quieras preguntar; Esc lo cancela</translation>
    </message>
</context>
<context>
    <name>Assistant</name>
    <message>
        <source>Bubo measures how this pack runs fastest on this computer.</source>
        <translation>Bubo mide cómo funciona más rápido este paquete en este ordenador.</translation>
    </message>
    <message>
        <source>This is done once and takes a minute or two.</source>
        <translation>Se hace una sola vez y tarda un minuto o dos.</translation>
    </message>
    <message>
        <source>{reason} The engine is starting again; your question and what was answered are kept.</source>
        <translation>{reason} El motor arranca de nuevo; tu pregunta y lo respondido se conservan.</translation>
    </message>
</context>
<context>
    <name>AttachmentView</name>
    <message>
        <source>Picture {name}</source>
        <translation>Imagen {name}</translation>
    </message>
    <message>
        <source>Sound {name}</source>
        <translation>Sonido {name}</translation>
    </message>
</context>
<context>
    <name>Certainty</name>
    <message>
        <source>sure</source>
        <translation>con seguridad</translation>
    </message>
    <message>
        <source>fairly sure</source>
        <translation>con bastante seguridad</translation>
    </message>
    <message>
        <source>unsure</source>
        <translation>con dudas</translation>
    </message>
</context>
<context>
    <name>ChatRow</name>
    <message>
        <source>New title of the chat</source>
        <translation>Nuevo título del chat</translation>
    </message>
</context>
<context>
    <name>ChatView</name>
    <message>
        <source>Chats</source>
        <translation>Chats</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>Cambiar el título</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Borrar</translation>
    </message>
</context>
<context>
    <name>Chip</name>
    <message>
        <source>Remove {name}</source>
        <translation>Quitar {name}</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Suprimir</translation>
    </message>
    <message>
        <source>looking</source>
        <translation>mirando</translation>
    </message>
    <message>
        <source>listening</source>
        <translation>escuchando</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>Imagen</translation>
    </message>
    <message>
        <source>Sound</source>
        <translation>Sonido</translation>
    </message>
    <message>
        <source>{kind} {name}, {details}. Delete removes it.</source>
        <translation>{kind} {name}, {details}. Se quita con Suprimir.</translation>
    </message>
</context>
<context>
    <name>Column</name>
    <message>
        <source>To the newest</source>
        <translation>Ir a lo más reciente</translation>
    </message>
    <message>
        <source>End</source>
        <translation>Fin</translation>
    </message>
</context>
<context>
    <name>Composer</name>
    <message>
        <source>Attach pictures and sounds</source>
        <translation>Adjuntar imágenes y sonidos</translation>
    </message>
    <message>
        <source>Pictures and sounds</source>
        <translation>Imágenes y sonidos</translation>
    </message>
    <message>
        <source>Attach a picture or sound</source>
        <translation>Adjuntar imagen o sonido</translation>
    </message>
    <message>
        <source>Live: look through the camera</source>
        <translation>En vivo: mirar por la cámara</translation>
    </message>
    <message>
        <source>Record, or hold to speak</source>
        <translation>Graba, o mantén pulsado para hablar</translation>
    </message>
    <message>
        <source>Still answering. Wait for it, or stop it with Esc.</source>
        <translation>Aún estoy respondiendo. Espera, o detén la respuesta con Esc.</translation>
    </message>
    <message>
        <source>Ask about what you see and hear</source>
        <translation>Pregunta por lo que ves y oyes</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>Pregunta</translation>
    </message>
    <message>
        <source>Pasted picture</source>
        <translation>Imagen pegada</translation>
    </message>
    <message>
        <source>This picture is on the web, where Bubo does not go.</source>
        <translation>Esta imagen está en internet, y Bubo no se conecta.</translation>
    </message>
    <message>
        <source>Save it on this computer, then drop the file.</source>
        <translation>Guárdala en este equipo y arrastra el archivo aquí.</translation>
    </message>
</context>
<context>
    <name>Controls</name>
    <message>
        <source>Masks</source>
        <translation>Máscaras</translation>
    </message>
    <message>
        <source>Boxes</source>
        <translation>Recuadros</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>Alejar</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>Ajustar</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>Acercar</translation>
    </message>
    <message>
        <source>Copy picture</source>
        <translation>Copiar la imagen</translation>
    </message>
    <message>
        <source>Save picture...</source>
        <translation>Guardar la imagen…</translation>
    </message>
</context>
<context>
    <name>Conversation</name>
    <message>
        <source>The old answer was put aside.</source>
        <translation>La respuesta anterior quedó a un lado.</translation>
    </message>
    <message>
        <source>The question and its answer were deleted.</source>
        <translation>Se han borrado la pregunta y su respuesta.</translation>
    </message>
    <message>
        <source>The chat was deleted.</source>
        <translation>Se ha borrado el chat.</translation>
    </message>
</context>
<context>
    <name>Database</name>
    <message>
        <source>Your chats cannot be opened</source>
        <translation>No se pueden abrir tus chats</translation>
    </message>
    <message>
        <source>What you deleted is not erased yet</source>
        <translation>Lo que borraste aún no se ha eliminado del todo</translation>
    </message>
    <message>
        <source>Today&apos;s backup of your chats was not made</source>
        <translation>No se ha hecho la copia de seguridad de hoy de tus chats</translation>
    </message>
    <message>
        <source>Your chats cannot be read</source>
        <translation>No se pueden leer tus chats</translation>
    </message>
    <message>
        <source>Your last changes are not saved</source>
        <translation>Tus últimos cambios no se han guardado</translation>
    </message>
    <message>
        <source>The program ended before the answer was complete.</source>
        <translation>El programa se cerró antes de completar la respuesta.</translation>
    </message>
    <message>
        <source>Ask again to get a whole one.</source>
        <translation>Vuelve a preguntar para obtenerla entera.</translation>
    </message>
    <message>
        <source>One answer was damaged on the disk and is left out.</source>
        <translation>Una respuesta estaba dañada en el disco y no se muestra.</translation>
    </message>
    <message>
        <source>{number} answers were damaged on the disk and are left out.</source>
        <translation>{number} respuestas estaban dañadas en el disco y no se muestran.</translation>
    </message>
    <message>
        <source>The file of your chats was gone.</source>
        <translation>El archivo de tus chats no estaba.</translation>
    </message>
    <message>
        <source>The file of your chats was damaged.</source>
        <translation>El archivo de tus chats estaba dañado.</translation>
    </message>
    <message>
        <source>The file of your chats was not written by Bubo.</source>
        <translation>El archivo de tus chats no era de Bubo.</translation>
    </message>
    <message>
        <source>Your chats were written by a newer version of Bubo.</source>
        <translation>Tus chats son de una versión más reciente de Bubo.</translation>
    </message>
    <message>
        <source>The backup of {day} and what could be read of the file took its place.</source>
        <translation>En su lugar están la copia de seguridad del {day} y lo que se pudo leer del archivo.</translation>
    </message>
    <message>
        <source>The backup of {day} took its place.</source>
        <translation>En su lugar está la copia de seguridad del {day}.</translation>
    </message>
    <message>
        <source>What could be read of it was saved.</source>
        <translation>Se ha recuperado lo que se pudo leer.</translation>
    </message>
    <message>
        <source>There was no backup to take its place.</source>
        <translation>No había copia de seguridad para reemplazarlo.</translation>
    </message>
    <message>
        <source>The old file is kept as {name}.</source>
        <translation>El archivo anterior se conserva como {name}.</translation>
    </message>
</context>
<context>
    <name>DeviceLogDialog</name>
    <message>
        <source>When devices were in use</source>
        <translation>Cuándo se usaron los dispositivos</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Dispositivo</translation>
    </message>
    <message>
        <source>From</source>
        <translation>Desde</translation>
    </message>
    <message>
        <source>Until</source>
        <translation>Hasta</translation>
    </message>
    <message>
        <source>in use, or ended with the program</source>
        <translation>en uso, o terminó con el programa</translation>
    </message>
    <message>
        <source>What was seen and heard is not in it, and nowhere else.</source>
        <translation>Lo que se vio y se oyó no está aquí ni en ningún otro sitio.</translation>
    </message>
</context>
<context>
    <name>DeviceSign</name>
    <message>
        <source>Stop all</source>
        <translation>Apagar todo</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Registro</translation>
    </message>
    <message>
        <source>Microphone ({name})</source>
        <translation>Micrófono ({name})</translation>
    </message>
    <message>
        <source>{name} is on</source>
        <translation>{name} está en uso</translation>
    </message>
    <message>
        <source>{name} is open, nothing comes</source>
        <translation>{name} está abierto, pero no llega nada</translation>
    </message>
</context>
<context>
    <name>Devices</name>
    <message>
        <source>The log of devices is not written</source>
        <translation>El registro de dispositivos no se escribe</translation>
    </message>
    <message>
        <source>{name} could not be closed.</source>
        <translation>No se pudo cerrar {name}.</translation>
    </message>
    <message>
        <source>Quit Bubo to free it.</source>
        <translation>Cierra Bubo para liberarlo.</translation>
    </message>
</context>
<context>
    <name>Disk</name>
    <message>
        <source>the disk is full</source>
        <translation>el disco está lleno</translation>
    </message>
    <message>
        <source>Free some space.</source>
        <translation>Libera algo de espacio.</translation>
    </message>
    <message>
        <source>access is denied</source>
        <translation>no hay permiso de acceso</translation>
    </message>
    <message>
        <source>Check the permissions of the file and its folder.</source>
        <translation>Revisa los permisos del archivo y de su carpeta.</translation>
    </message>
    <message>
        <source>another program uses the file</source>
        <translation>otro programa usa el archivo</translation>
    </message>
    <message>
        <source>Close the other program.</source>
        <translation>Cierra el otro programa.</translation>
    </message>
    <message>
        <source>the file is damaged</source>
        <translation>el archivo está dañado</translation>
    </message>
    <message>
        <source>Close Bubo and open it again.</source>
        <translation>Cierra Bubo y vuelve a abrirlo.</translation>
    </message>
    <message>
        <source>the disk reports an error</source>
        <translation>el disco indica un error</translation>
    </message>
    <message>
        <source>Check the disk and its free space.</source>
        <translation>Revisa el disco y su espacio libre.</translation>
    </message>
</context>
<context>
    <name>DropZone</name>
    <message>
        <source>Drop to ask about it</source>
        <translation>Suelta aquí para preguntar</translation>
    </message>
</context>
<context>
    <name>Durations</name>
    <message>
        <source>{n} s</source>
        <translation>{n} s</translation>
    </message>
</context>
<context>
    <name>EngineBanner</name>
    <message>
        <source>Try again</source>
        <translation>Reintentar</translation>
    </message>
    <message>
        <source>Compute on the CPU</source>
        <translation>Calcular con la CPU</translation>
    </message>
    <message>
        <source>Use a pack folder…</source>
        <translation>Elegir carpeta de paquete…</translation>
    </message>
    <message>
        <source>Use {pack}</source>
        <translation>Usar {pack}</translation>
    </message>
</context>
<context>
    <name>EngineButton</name>
    <message>
        <source>Pack and settings: {condition}</source>
        <translation>Paquete y ajustes: {condition}</translation>
    </message>
    <message>
        <source>Not running</source>
        <translation>Sin iniciar</translation>
    </message>
    <message>
        <source>Measuring {pack}, {percent} %</source>
        <translation>Midiendo {pack}, {percent} %</translation>
    </message>
    <message>
        <source>Loading {pack}, {percent} %</source>
        <translation>Cargando {pack}, {percent} %</translation>
    </message>
    <message>
        <source>{pack} · {device}</source>
        <translation>{pack} · {device}</translation>
    </message>
    <message>
        <source>{pack} is starting again</source>
        <translation>{pack} arranca de nuevo</translation>
    </message>
    <message>
        <source>{pack} does not run</source>
        <translation>{pack} no funciona</translation>
    </message>
    <message>
        <source>No pack</source>
        <translation>Sin paquete</translation>
    </message>
</context>
<context>
    <name>EngineMenu</name>
    <message>
        <source>Compute on the CPU only</source>
        <translation>Calcular solo con la CPU</translation>
    </message>
    <message>
        <source>Outline objects</source>
        <translation>Contornear los objetos</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>Tema</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Idioma</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Atajos de teclado</translation>
    </message>
    <message>
        <source>Packs on this computer</source>
        <translation>Paquetes en este equipo</translation>
    </message>
    <message>
        <source>Use a pack folder…</source>
        <translation>Elegir carpeta de paquete…</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Como el sistema</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Claro</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Oscuro</translation>
    </message>
    <message>
        <source>With every answer</source>
        <translation>Con cada respuesta</translation>
    </message>
    <message>
        <source>With every answer, on battery when pointed at</source>
        <translation>Con cada respuesta; con batería, al señalarlos</translation>
    </message>
    <message>
        <source>When pointed at</source>
        <translation>Al señalarlos</translation>
    </message>
</context>
<context>
    <name>ExchangeView</name>
    <message>
        <source>Question and answer</source>
        <translation>Pregunta y respuesta</translation>
    </message>
</context>
<context>
    <name>Export</name>
    <message>
        <source>Saved as {}.</source>
        <translation>Guardada como {}.</translation>
    </message>
    <message>
        <source>The picture is on the clipboard.</source>
        <translation>La imagen está en el portapapeles.</translation>
    </message>
    <message>
        <source>Save picture</source>
        <translation>Guardar la imagen</translation>
    </message>
    <message>
        <source>Pictures (*.png *.jpg *.webp)</source>
        <translation>Imágenes (*.png *.jpg *.webp)</translation>
    </message>
</context>
<context>
    <name>FailureCard</name>
    <message>
        <source>Answer again</source>
        <translation>Responder de nuevo</translation>
    </message>
</context>
<context>
    <name>History</name>
    <message>
        <source>Everything is saved again.</source>
        <translation>Todo vuelve a estar guardado.</translation>
    </message>
</context>
<context>
    <name>LevelMeter</name>
    <message>
        <source>Level</source>
        <translation>Nivel</translation>
    </message>
</context>
<context>
    <name>Live</name>
    <message>
        <source>What made that noise?</source>
        <translation>¿Qué ha hecho ese ruido?</translation>
    </message>
    <message>
        <source>What do you see?</source>
        <translation>¿Qué ves?</translation>
    </message>
    <message>
        <source>What am I holding?</source>
        <translation>¿Qué tengo en la mano?</translation>
    </message>
    <message>
        <source>What is on the left?</source>
        <translation>¿Qué hay a la izquierda?</translation>
    </message>
    <message>
        <source>How many things are there?</source>
        <translation>¿Cuántas cosas hay?</translation>
    </message>
</context>
<context>
    <name>LiveControls</name>
    <message>
        <source>Screen</source>
        <translation>Pantalla</translation>
    </message>
    <message>
        <source>Noticed: {what}</source>
        <translation>Detectado: {what}</translation>
    </message>
    <message>
        <source>The devices were closed because nobody is at the screen.</source>
        <translation>Los dispositivos se cerraron porque no hay nadie ante la pantalla.</translation>
    </message>
</context>
<context>
    <name>LivePane</name>
    <message>
        <source>Ask again and again</source>
        <translation>Preguntar una y otra vez</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation type="unfinished">Preguntar</translation>
    </message>
    <message>
        <source>Stop asking</source>
        <translation>Dejar de preguntar</translation>
    </message>
    <message>
        <source>Watch</source>
        <translation>Vigilar</translation>
    </message>
    <message>
        <source>Stop watching</source>
        <translation>Dejar de vigilar</translation>
    </message>
    <message>
        <source>Tell me when you see or hear…</source>
        <translation>Avísame cuando veas u oigas…</translation>
    </message>
    <message>
        <source>Show as in a mirror</source>
        <translation>Ver como en un espejo</translation>
    </message>
    <message>
        <source>Picture into the chat</source>
        <translation>Llevar la imagen al chat</translation>
    </message>
    <message>
        <source>End live use</source>
        <translation>Terminar el modo en vivo</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation type="unfinished">Reintentar</translation>
    </message>
    <message>
        <source>What is looked at</source>
        <translation>Qué se está mirando</translation>
    </message>
    <message>
        <source>Opening…</source>
        <translation>Abriendo…</translation>
    </message>
    <message>
        <source>{n} pictures/s</source>
        <translation>{n} imágenes/s</translation>
    </message>
    <message>
        <source>{n} looks/s</source>
        <translation>{n} miradas/s</translation>
    </message>
    <message>
        <source>boxes {age} old</source>
        <translation>marcos de hace {age}</translation>
    </message>
</context>
<context>
    <name>LiveView</name>
    <message>
        <source>Live picture</source>
        <translation>Imagen en vivo</translation>
    </message>
</context>
<context>
    <name>MatchBadge</name>
    <message>
        <source>Silent</source>
        <translation>Silencio</translation>
    </message>
    <message>
        <source>Related</source>
        <translation>Relacionados</translation>
    </message>
    <message>
        <source>Unrelated</source>
        <translation>Sin relación</translation>
    </message>
    <message>
        <source>Picture and sound belong together: the sound comes from what is named here.</source>
        <translation>La imagen y el sonido van juntos: el sonido viene de lo que se nombra aquí.</translation>
    </message>
    <message>
        <source>Picture and sound do not belong together: nothing that was seen makes this sound.</source>
        <translation>La imagen y el sonido no van juntos: nada de lo visto produce este sonido.</translation>
    </message>
    <message>
        <source>Nothing was heard in the recording.</source>
        <translation>No se oye nada en la grabación.</translation>
    </message>
</context>
<context>
    <name>Media</name>
    <message>
        <source>{name} is neither a picture nor a sound.</source>
        <translation>{name} no es ni imagen ni sonido.</translation>
    </message>
    <message>
        <source>Choose a PNG, JPEG, WAV, FLAC or MP3 file.</source>
        <translation>Elige un archivo PNG, JPEG, WAV, FLAC o MP3.</translation>
    </message>
    <message>
        <source>{name} cannot be attached</source>
        <translation>No se puede adjuntar {name}</translation>
    </message>
    <message>
        <source>Files of deleted chats are still there</source>
        <translation>Aún quedan archivos de chats borrados</translation>
    </message>
    <message>
        <source>{name} is too short to hear anything in it.</source>
        <translation>{name} es demasiado corto para oír algo en él.</translation>
    </message>
    <message>
        <source>It may have been cut off: save or record it again.</source>
        <translation>Puede que esté cortado: guárdalo o grábalo de nuevo.</translation>
    </message>
    <message>
        <source>{name} is not there any more.</source>
        <translation>{name} ya no está.</translation>
    </message>
    <message>
        <source>{name} cannot be opened.</source>
        <translation>No se puede abrir {name}.</translation>
    </message>
    <message>
        <source>Check its permissions.</source>
        <translation>Revisa sus permisos.</translation>
    </message>
    <message>
        <source>{name} is a folder.</source>
        <translation>{name} es una carpeta.</translation>
    </message>
    <message>
        <source>{name} is not a file.</source>
        <translation>{name} no es un archivo.</translation>
    </message>
    <message>
        <source>{name} is empty.</source>
        <translation>{name} está vacío.</translation>
    </message>
    <message>
        <source>{name} is larger than 1 GB.</source>
        <translation>{name} ocupa más de 1 GB.</translation>
    </message>
    <message>
        <source>Choose a picture or a sound.</source>
        <translation>Elige una imagen o un sonido.</translation>
    </message>
</context>
<context>
    <name>MessageBar</name>
    <message>
        <source>Dismiss</source>
        <translation>Cerrar</translation>
    </message>
</context>
<context>
    <name>MicrophoneMenu</name>
    <message>
        <source>Speak a question; a pause ends it</source>
        <translation>Decir una pregunta; termina con una pausa</translation>
    </message>
    <message>
        <source>Keep the last 10 seconds</source>
        <translation>Guardar los últimos 10 segundos</translation>
    </message>
    <message>
        <source>Read answers aloud</source>
        <translation>Leer las respuestas en voz alta</translation>
    </message>
    <message>
        <source>Microphone</source>
        <translation>Micrófono</translation>
    </message>
    <message>
        <source>Looking for microphones…</source>
        <translation>Buscando micrófonos…</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation type="unfinished">Como el sistema</translation>
    </message>
    <message>
        <source>There is no microphone.</source>
        <translation>No hay ningún micrófono.</translation>
    </message>
</context>
<context>
    <name>Moment</name>
    <message>
        <source>Camera</source>
        <translation>Cámara</translation>
    </message>
    <message>
        <source>Sound</source>
        <translation type="unfinished">Sonido</translation>
    </message>
</context>
<context>
    <name>NoticedList</name>
    <message>
        <source>Noticed</source>
        <translation>Detectado</translation>
    </message>
</context>
<context>
    <name>Notices</name>
    <message>
        <source>Undo</source>
        <translation>Deshacer</translation>
    </message>
</context>
<context>
    <name>PicturePane</name>
    <message>
        <source>Copy picture</source>
        <translation>Copiar la imagen</translation>
    </message>
    <message>
        <source>Save picture...</source>
        <translation>Guardar la imagen…</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>Ajustar</translation>
    </message>
    <message>
        <source>100 %</source>
        <translation>100 %</translation>
    </message>
    <message>
        <source>Picture: {}</source>
        <translation>Imagen: {}</translation>
    </message>
    <message>
        <source>Looking for what the words mean...</source>
        <translation>Buscando a qué se refieren las palabras…</translation>
    </message>
    <message>
        <source>Nothing here that this pack knows.</source>
        <translation>Aquí no hay nada que este paquete conozca.</translation>
    </message>
</context>
<context>
    <name>PictureTabs</name>
    <message>
        <source>Picture {} of {}: {}</source>
        <translation>Imagen {} de {}: {}</translation>
    </message>
</context>
<context>
    <name>Player</name>
    <message>
        <source>Sounds cannot be played: Qt&apos;s multimedia is not installed completely.</source>
        <translation>No se pueden reproducir sonidos: falta parte del módulo multimedia de Qt.</translation>
    </message>
    <message>
        <source>Sounds cannot be played: no loudspeaker or headphones were found.</source>
        <translation>No se pueden reproducir sonidos: no se han encontrado altavoces ni auriculares.</translation>
    </message>
</context>
<context>
    <name>Program</name>
    <message>
        <source>Something in the window went wrong.</source>
        <translation>Algo ha fallado en la ventana.</translation>
    </message>
    <message>
        <source>Your chats are safe. If something looks wrong, close the window and open it again.</source>
        <translation>Tus chats están a salvo. Si ves algo raro, cierra la ventana y vuelve a abrirla.</translation>
    </message>
</context>
<context>
    <name>Question</name>
    <message>
        <source>Question</source>
        <translation>Pregunta</translation>
    </message>
</context>
<context>
    <name>Recording</name>
    <message>
        <source>Recording</source>
        <translation>Grabación</translation>
    </message>
    <message>
        <source>Hold the button down while you speak.</source>
        <translation>Mantén pulsado el botón mientras hablas.</translation>
    </message>
    <message>
        <source>Nothing was recorded.</source>
        <translation>No se grabó nada.</translation>
    </message>
</context>
<context>
    <name>SampleCard</name>
    <message>
        <source>{kind}: {question}</source>
        <translation>{kind}: {question}</translation>
    </message>
    <message>
        <source>Picture and sound</source>
        <translation>Imagen y sonido</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>Imagen</translation>
    </message>
    <message>
        <source>Sound</source>
        <translation>Sonido</translation>
    </message>
</context>
<context>
    <name>SearchField</name>
    <message>
        <source>Search chats</source>
        <translation>Buscar en los chats</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Buscar</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Vaciar</translation>
    </message>
    <message>
        <source>Clear (Esc)</source>
        <translation>Vaciar (Esc)</translation>
    </message>
</context>
<context>
    <name>SendButton</name>
    <message>
        <source>Stop</source>
        <translation>Detener</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>Enviar</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>Intro</translation>
    </message>
</context>
<context>
    <name>ShortcutSheet</name>
    <message>
        <source>New chat</source>
        <translation>Nuevo chat</translation>
    </message>
    <message>
        <source>Search chats</source>
        <translation>Buscar en los chats</translation>
    </message>
    <message>
        <source>Previous chat</source>
        <translation>Chat anterior</translation>
    </message>
    <message>
        <source>Next chat</source>
        <translation>Chat siguiente</translation>
    </message>
    <message>
        <source>Show or hide the chats</source>
        <translation>Mostrar u ocultar los chats</translation>
    </message>
    <message>
        <source>Rename the chat in the list</source>
        <translation>Cambiar el título del chat</translation>
    </message>
    <message>
        <source>Delete the chat in the list</source>
        <translation>Borrar el chat de la lista</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Deshacer</translation>
    </message>
    <message>
        <source>Show these keys</source>
        <translation>Mostrar estos atajos</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Salir</translation>
    </message>
    <message>
        <source>Go to the question</source>
        <translation>Ir a la pregunta</translation>
    </message>
    <message>
        <source>Attach a picture or sound</source>
        <translation>Adjuntar imagen o sonido</translation>
    </message>
    <message>
        <source>Record, or hold to speak</source>
        <translation>Graba, o mantén pulsado para hablar</translation>
    </message>
    <message>
        <source>What made that noise?</source>
        <translation type="unfinished">¿Qué ha hecho ese ruido?</translation>
    </message>
    <message>
        <source>Look through the camera, or no longer</source>
        <translation>Mirar por la cámara, o dejar de hacerlo</translation>
    </message>
    <message>
        <source>Live picture into the chat</source>
        <translation>Llevar la imagen en vivo al chat</translation>
    </message>
    <message>
        <source>Close camera and microphone</source>
        <translation>Cerrar cámara y micrófono</translation>
    </message>
    <message>
        <source>Paste a picture or a file</source>
        <translation>Pegar imagen o archivo</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>Preguntar</translation>
    </message>
    <message>
        <source>New line</source>
        <translation>Línea nueva</translation>
    </message>
    <message>
        <source>The last question again</source>
        <translation>Editar la última pregunta</translation>
    </message>
    <message>
        <source>Stop the answer; also Esc</source>
        <translation>Detener (también Esc)</translation>
    </message>
    <message>
        <source>Answer anew</source>
        <translation>Responder de nuevo</translation>
    </message>
    <message>
        <source>Copy the last answer</source>
        <translation>Copiar la última respuesta</translation>
    </message>
    <message>
        <source>Next word or object</source>
        <translation>Palabra u objeto siguiente</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Atajos de teclado</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Cerrar</translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message>
        <source>New chat</source>
        <translation>Nuevo chat</translation>
    </message>
    <message>
        <source>No chat mentions “{words}”.</source>
        <translation>Ningún chat menciona «{words}».</translation>
    </message>
    <message>
        <source>Your chats will be listed here.</source>
        <translation>Aquí aparecerán tus chats.</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>Hoy</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>Ayer</translation>
    </message>
    <message>
        <source>Previous 7 days</source>
        <translation>Últimos 7 días</translation>
    </message>
</context>
<context>
    <name>SoundPane</name>
    <message>
        <source>Sounds</source>
        <translation>Sonidos</translation>
    </message>
</context>
<context>
    <name>SourceMenu</name>
    <message>
        <source>Look through a camera</source>
        <translation>Mirar por una cámara</translation>
    </message>
    <message>
        <source>Look at the screen</source>
        <translation>Mirar la pantalla</translation>
    </message>
    <message>
        <source>Picture of the screen into the chat</source>
        <translation>Llevar una imagen de la pantalla al chat</translation>
    </message>
    <message>
        <source>An area…</source>
        <translation>Una zona…</translation>
    </message>
    <message>
        <source>A window</source>
        <translation>Una ventana</translation>
    </message>
    <message>
        <source>How often to look</source>
        <translation>Cada cuánto mirar</translation>
    </message>
    <message>
        <source>There is no camera.</source>
        <translation>No hay ninguna cámara.</translation>
    </message>
    <message>
        <source>{n} times a second</source>
        <translation>{n} veces por segundo</translation>
    </message>
</context>
<context>
    <name>Span</name>
    <message>
        <source>{name}, {start:.1f} to {end:.1f} seconds, {certainty}</source>
        <translation>{name}, de {start:.1f} a {end:.1f} segundos, {certainty}</translation>
    </message>
</context>
<context>
    <name>StatusLine</name>
    <message>
        <source>Progress of the answer</source>
        <translation>Progreso de la respuesta</translation>
    </message>
    <message>
        <source>Waiting for the engine</source>
        <translation>Esperando al motor</translation>
    </message>
    <message>
        <source>Stopped. What was answered is kept.</source>
        <translation>Detenida. Lo respondido se conserva.</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>Detenida.</translation>
    </message>
    <message>
        <source>Waking up</source>
        <translation>Despertando</translation>
    </message>
    <message>
        <source>Looking at the picture</source>
        <translation>Mirando la imagen</translation>
    </message>
    <message>
        <source>Listening to the sound</source>
        <translation>Escuchando el sonido</translation>
    </message>
    <message>
        <source>Reading the question</source>
        <translation>Leyendo la pregunta</translation>
    </message>
    <message>
        <source>Looking for words</source>
        <translation>Buscando palabras</translation>
    </message>
    <message>
        <source>Answering</source>
        <translation>Respondiendo</translation>
    </message>
    <message>
        <source>Naming what is there</source>
        <translation>Nombrando lo que hay</translation>
    </message>
    <message>
        <source>Finding where things are</source>
        <translation>Localizando cada cosa</translation>
    </message>
    <message>
        <source>Connecting words and things</source>
        <translation>Uniendo palabras y cosas</translation>
    </message>
    <message>
        <source>Outlining things</source>
        <translation>Trazando contornos</translation>
    </message>
    <message>
        <source>about {n} s left</source>
        <translation>quedan cerca de {n} s</translation>
    </message>
    <message>
        <source>about {n} min left</source>
        <translation>quedan cerca de {n} min</translation>
    </message>
    <message>
        <source>seen {time}</source>
        <translation>visto en {time}</translation>
    </message>
    <message>
        <source>heard {time}</source>
        <translation>oído en {time}</translation>
    </message>
    <message>
        <source>answered {time}</source>
        <translation>respondido en {time}</translation>
    </message>
    <message>
        <source>{n} tok/s</source>
        <translation>{n} tok/s</translation>
    </message>
    <message>
        <source>{n} ms</source>
        <translation>{n} ms</translation>
    </message>
</context>
<context>
    <name>TaskRow</name>
    <message>
        <source>What is often asked</source>
        <translation>Lo que más se pregunta</translation>
    </message>
</context>
<context>
    <name>Track</name>
    <message>
        <source>Play {name}</source>
        <translation>Reproducir {name}</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pausar</translation>
    </message>
</context>
<context>
    <name>Transcript</name>
    <message>
        <source>Chat</source>
        <translation>Chat</translation>
    </message>
</context>
<context>
    <name>VoiceControls</name>
    <message>
        <source>The recording was thrown away.</source>
        <translation>Se descartó la grabación.</translation>
    </message>
</context>
<context>
    <name>VoiceStrip</name>
    <message>
        <source>Play the recording</source>
        <translation>Escuchar la grabación</translation>
    </message>
    <message>
        <source>Choose another microphone</source>
        <translation>Elegir otro micrófono</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished">Detener</translation>
    </message>
    <message>
        <source>What made that noise?</source>
        <translation type="unfinished">¿Qué ha hecho ese ruido?</translation>
    </message>
    <message>
        <source>Attach as a sound</source>
        <translation>Adjuntar como sonido</translation>
    </message>
    <message>
        <source>Use as the question</source>
        <translation>Usar como pregunta</translation>
    </message>
    <message>
        <source>Throw the recording away</source>
        <translation>Descartar la grabación</translation>
    </message>
    <message>
        <source>Opening the microphone…</source>
        <translation>Abriendo el micrófono…</translation>
    </message>
    <message>
        <source>Too loud</source>
        <translation>Demasiado fuerte</translation>
    </message>
    <message>
        <source>Writing down what you said…</source>
        <translation>Escribiendo lo que has dicho…</translation>
    </message>
    <message>
        <source>Keeping the last 10 s</source>
        <translation>Se guardan los últimos 10 s</translation>
    </message>
</context>
<context>
    <name>Welcome</name>
    <message>
        <source>Bubo needs a pack to see and hear.</source>
        <translation>Bubo necesita un paquete para ver y oír.</translation>
    </message>
    <message>
        <source>A pack is a folder of files. Choose one that is on this computer.</source>
        <translation>Un paquete es una carpeta con archivos. Elige uno que esté en este equipo.</translation>
    </message>
    <message>
        <source>Use a pack folder…</source>
        <translation>Elegir carpeta de paquete…</translation>
    </message>
    <message>
        <source>What shall we look at, or listen to?</source>
        <translation>¿Qué miramos o escuchamos?</translation>
    </message>
    <message>
        <source>Drop a picture or sound anywhere, or paste one.</source>
        <translation>Arrastra aquí una imagen o un sonido, o pega una imagen.</translation>
    </message>
    <message>
        <source>Use a larger pack…</source>
        <translation>Usar un paquete más grande…</translation>
    </message>
</context>
<context>
    <name>Window</name>
    <message>
        <source>The answer is on the clipboard.</source>
        <translation>La respuesta está en el portapapeles.</translation>
    </message>
    <message>
        <source>The folder of a pack</source>
        <translation>Carpeta de un paquete</translation>
    </message>
</context>
<context>
    <name>Wording</name>
    <message>
        <source>makes the sound</source>
        <translation>produce el sonido</translation>
    </message>
    <message>
        <source>No objects were found.</source>
        <translation>No se han encontrado objetos.</translation>
    </message>
    <message>
        <source>One object: {}.</source>
        <translation>Un objeto: {}.</translation>
    </message>
    <message>
        <source>{} objects: {}.</source>
        <translation>{} objetos: {}.</translation>
    </message>
    <message>
        <source>upper left</source>
        <translation>arriba a la izquierda</translation>
    </message>
    <message>
        <source>at the top</source>
        <translation>arriba</translation>
    </message>
    <message>
        <source>upper right</source>
        <translation>arriba a la derecha</translation>
    </message>
    <message>
        <source>on the left</source>
        <translation>a la izquierda</translation>
    </message>
    <message>
        <source>in the middle</source>
        <translation>en el centro</translation>
    </message>
    <message>
        <source>on the right</source>
        <translation>a la derecha</translation>
    </message>
    <message>
        <source>lower left</source>
        <translation>abajo a la izquierda</translation>
    </message>
    <message>
        <source>at the bottom</source>
        <translation>abajo</translation>
    </message>
    <message>
        <source>lower right</source>
        <translation>abajo a la derecha</translation>
    </message>
    <message>
        <source>most of the picture</source>
        <translation>la mayor parte de la imagen</translation>
    </message>
    <message>
        <source>about half of the picture</source>
        <translation>cerca de la mitad de la imagen</translation>
    </message>
    <message>
        <source>about a third of the picture</source>
        <translation>cerca de un tercio de la imagen</translation>
    </message>
    <message>
        <source>about a fifth of the picture</source>
        <translation>cerca de una quinta parte de la imagen</translation>
    </message>
    <message>
        <source>about a tenth of the picture</source>
        <translation>cerca de una décima parte de la imagen</translation>
    </message>
    <message>
        <source>about a twentieth of the picture</source>
        <translation>cerca de una vigésima parte de la imagen</translation>
    </message>
    <message>
        <source>about a hundredth of the picture</source>
        <translation>cerca de una centésima parte de la imagen</translation>
    </message>
    <message>
        <source>very small</source>
        <translation>muy pequeño</translation>
    </message>
</context>
</TS>
